import type { Dialogue, FewShotPrompt, Pictures, Prompt, Turn } from '../../../prompt/prompt.ts';
import type { PromptForm } from '../benchmark.ts';
import type { BenchmarkItem } from '../item.ts';

/** An item that is to be asked with so many examples, drawn with a seed. */
export interface Asked {
  readonly shots: number;
  readonly seed: number;
  readonly item: BenchmarkItem;
}

/** The same with the examples. */
export interface Question extends Asked {
  readonly examples: readonly BenchmarkItem[];
  /** Whether the examples come without their pictures. */
  readonly textOnly: boolean;
}

/** How the pictures of items are given to a model. */
export type PicturesOf = (item: BenchmarkItem) => Pictures;

/** A question as a few-shot prompt. */
export function fewShotPrompt(
  { item, examples, textOnly }: Question,
  form: PromptForm,
  picturesOf: PicturesOf,
): FewShotPrompt {
  return {
    shots: examples.map((example) => ({
      ...(textOnly ? {} : picturesOf(example)),
      text: `${form.asks(example)}${form.gap}${answerOf(example)}`,
    })),
    query: { ...picturesOf(item), text: form.asks(item) },
    ...(form.separator !== undefined && { separator: form.separator }),
  };
}

/** A question in a dialogue, for a model that was tuned on them. */
export function dialoguePrompt(
  { item, examples, textOnly }: Question,
  form: PromptForm,
  picturesOf: PicturesOf,
): Dialogue {
  const turns = examples.flatMap((example): Turn[] => [
    { ...(textOnly ? {} : picturesOf(example)), speaker: 'user', text: form.asks(example) },
    { speaker: 'assistant', text: answerOf(example) },
  ]);
  return { turns: [...turns, { ...picturesOf(item), speaker: 'user', text: form.asks(item) }] };
}

/** The texts of a prompt, for the record: what a person would read. */
export function promptText(prompt: Prompt): string {
  if ('turns' in prompt) return prompt.turns.map(({ speaker, text }) => `${speaker}: ${text}`).join('\n');
  if (!('query' in prompt)) return prompt.text;
  const { shots = [], query, separator = '' } = prompt;
  return [
    ...shots.map((shot) => `${shown(shot)}${shot.text}${separator}`),
    `${shown(query)}${query.text ?? ''}`,
  ].join('|');
}

function shown({ image, images, video }: Pictures): string {
  if (video !== undefined) return '<video>';
  return '<image>'.repeat(images?.length ?? (image === undefined ? 0 : 1));
}

/** The answer that an item has as an example. */
function answerOf({ answers: [first = ''] }: BenchmarkItem): string {
  return first;
}
