import type { Dialogue, FewShotPrompt, Pictures, Prompt, Turn } from '../../../prompt/prompt.ts';
import type { PromptForm } from '../benchmark.ts';
import type { BenchmarkItem } from '../item.ts';
import type { PicturesOf } from './pictures-of.ts';

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

/** A question as a few-shot prompt. */
export async function fewShotPrompt(
  { item, examples, textOnly }: Question,
  form: PromptForm,
  picturesOf: PicturesOf,
): Promise<FewShotPrompt> {
  const shots = examples.map(async (example) => ({
    ...(textOnly ? {} : await picturesOf(example)),
    text: `${form.asks(example)}${form.gap}${answerOf(example)}`,
  }));
  return {
    shots: await Promise.all(shots),
    query: { ...(await picturesOf(item)), text: form.asks(item) },
    ...(form.separator !== undefined && { separator: form.separator }),
  };
}

/** A question in a dialogue, for a model that was tuned on them. */
export async function dialoguePrompt(
  { item, examples, textOnly }: Question,
  form: PromptForm,
  picturesOf: PicturesOf,
): Promise<Dialogue> {
  const turns = examples.map(
    async (example): Promise<Turn[]> => [
      { ...(textOnly ? {} : await picturesOf(example)), speaker: 'user', text: form.asks(example) },
      { speaker: 'assistant', text: answerOf(example) },
    ],
  );
  const asked: Turn = { ...(await picturesOf(item)), speaker: 'user', text: form.asks(item) };
  return { turns: [...(await Promise.all(turns)).flat(), asked] };
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
