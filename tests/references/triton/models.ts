import { fileURLToPath } from 'node:url';
import type { Prompt } from '../../../runtime/prompt/prompt.ts';
import { SMALL_MODELS } from '../../media/small-models.ts';

/** A request as `serve.py` sends it to the model of prompts. */
export interface TritonRequest {
  readonly texts: readonly string[];
  /** Paths of the pictures, one for each text that has one. */
  readonly images: readonly string[];
  readonly images_of_text: readonly number[];
  readonly max_new_tokens: readonly number[];
  /** Whether what is computed of it is kept, or what was kept is sent in the place of its examples. */
  readonly keep?: true;
  readonly kept?: true;
}

/** What `serve.py` gave of a model's repository. */
export interface TritonReference {
  /** By the model's name in the repository; Triton's schema has read each. */
  readonly configs: Readonly<Record<string, string>>;
  readonly answers: readonly {
    readonly tokens?: readonly number[];
    readonly text?: string;
    readonly log_probabilities?: readonly number[];
  }[];
}

export const PICTURES = ['first', 'second'].map((name) =>
  fileURLToPath(new URL(`${name}.png`, import.meta.url)),
);

/** The small models that can be exported: all whose pictures are not cut into tiles. */
export const EXPORTED = Object.keys(SMALL_MODELS).filter((name) => !name.includes('tiles'));

const [first = '', second = ''] = PICTURES;

/** The same prompts for Triton and for Node. The last is the one before it, from what was kept of its examples. */
export function requestsOf(hasPictures: boolean): readonly (readonly [TritonRequest, Prompt])[] {
  const most = { max_new_tokens: [6] };
  if (!hasPictures) {
    const texts = ['two and two: four', 'one: one', 'ten:'];
    const prompt = { shots: texts.slice(0, 2).map((text) => ({ text })), query: { text: 'ten:' } };
    const request = { texts, images: [], images_of_text: [0, 0, 0], ...most };
    return [[request, prompt], ...keptFrom(request, prompt)];
  }
  const shots = [
    { image: first, text: 'Output:a' },
    { image: second, text: 'Output:b b' },
  ];
  const request = {
    texts: ['Output:a', 'Output:b b', 'Output:'],
    images: [first, second, first],
    images_of_text: [1, 1, 1],
    ...most,
  };
  return [
    [{ texts: ['Once'], images: [], images_of_text: [0], ...most }, { query: { text: 'Once' } }],
    [
      { texts: ['Look! Output:'], images: [first, second], images_of_text: [2], ...most },
      { query: { images: [first, second], text: 'Look! Output:' } },
    ],
    [request, { shots, query: { image: first, text: 'Output:' } }],
    ...keptFrom(request, { shots, query: { image: first, text: 'Output:' } }),
  ];
}

function keptFrom(request: TritonRequest, prompt: Prompt): readonly (readonly [TritonRequest, Prompt])[] {
  const examples = request.texts.slice(0, -1);
  const shown = request.images_of_text.slice(0, -1);
  const count = shown.reduce((sum, each) => sum + each, 0);
  const begun: TritonRequest = {
    ...{ texts: [...examples, ''], images: request.images.slice(0, count), images_of_text: [...shown, 0] },
    ...{ max_new_tokens: [1], keep: true },
  };
  const shots = 'shots' in prompt ? (prompt.shots ?? []) : [];
  return [
    [begun, { shots, query: {} }],
    [{ ...request, images: request.images.slice(count), kept: true }, prompt],
  ];
}
