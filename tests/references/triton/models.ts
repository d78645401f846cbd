import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { PromptProgram } from '../../../dsl/program/program.ts';
import { gpt2, languageModel } from '../../../models/index.ts';
import type { Prompt } from '../../../runtime/prompt/prompt.ts';
import { SMALL_MODELS } from '../../media/small-models.ts';

/** Any bytes. */
interface Bytes {
  readonly base64: string;
}

/** A request as `serve.py` sends it to the model of prompts. */
export interface TritonRequest {
  readonly texts: readonly (string | Bytes)[];
  /** Paths of the pictures, one for each text that has one. */
  readonly images: readonly (string | Bytes)[];
  readonly images_of_text: readonly number[];
  readonly max_new_tokens: readonly number[];
  readonly temperature?: readonly number[];
  readonly top_k?: readonly number[];
  readonly top_p?: readonly number[];
  readonly seed?: readonly number[];
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
    /** The sentence by which the request was refused. */
    readonly error?: string;
  }[];
}

export const PICTURES = ['first', 'second'].map((name) =>
  fileURLToPath(new URL(`${name}.png`, import.meta.url)),
);

/** The small models that can be exported, all whose pictures are not cut into tiles, and one that may choose every token. */
export const EXPORTED: Readonly<Record<string, () => PromptProgram>> = {
  ...Object.fromEntries(Object.entries(SMALL_MODELS).filter(([name]) => !name.includes('tiles'))),
  'a language model alone, padded with its end': () =>
    languageModel({
      name: 'padded-with-end',
      language: gpt2({ dim: 32, layers: 2, heads: 4, vocabulary: 261, contextLength: 256 }),
      tokens: { padding: '</s>' },
    }),
};

const [first = '', second = ''] = PICTURES;

/** Requests that are refused, each with what the sentence says. */
export function refusedRequests(hasPictures: boolean): readonly (readonly [TritonRequest, RegExp])[] {
  const asked = { texts: ['Output:'], images: [], images_of_text: [0], max_new_tokens: [4] };
  const bytes = (text: string): Bytes => ({ base64: Buffer.from(text, 'latin1').toString('base64') });
  const one = { ...asked, images: [first], images_of_text: [1] };
  return [
    [{ ...asked, texts: [], images_of_text: [] }, /^there are no texts/],
    [{ ...asked, texts: [bytes('a \xff')] }, /^a text is not UTF-8 \(byte 2\): send it as UTF-8$/],
    [
      { ...asked, texts: ['a'.repeat(300)] },
      /^the prompt has \d+ tokens, and the model reads and writes 256 in all: shorten it$/,
    ],
    [{ ...asked, max_new_tokens: [0] }, /^max_new_tokens is 0, /],
    [
      { ...asked, max_new_tokens: [300] },
      /^max_new_tokens is 300, and the prompt's \d+ tokens leave room for/,
    ],
    [{ ...asked, temperature: [-1] }, /^temperature is -1/],
    [{ ...asked, temperature: [Number.MAX_VALUE] }, /^temperature is inf/],
    [{ ...asked, top_k: [-3] }, /^top_k is -3/],
    [{ ...asked, top_p: [0] }, /^top_p is 0: give a number above 0, and at most 1$/],
    [{ ...asked, images_of_text: [1] }, /^images_of_text says \[1\] for 1 texts and 0 pictures/],
    [{ ...asked, images_of_text: [1, -1], texts: ['a', 'b'] }, /^images_of_text says \[1, -1\]/],
    ...(hasPictures
      ? ([
          [
            { ...asked, texts: ['<image>'] },
            /^a text has '<image>', which the model would read as a special token/,
          ],
          [
            { ...one, images: [bytes('no picture')] },
            /^a picture cannot be read \(cannot identify image file\)/,
          ],
          [{ ...one, images: [bytes('')] }, /^a picture cannot be read \(cannot identify image file\)/],
          [
            { ...one, images: [broken] },
            /^a picture cannot be read \(.*\): send the bytes of a JPEG, PNG or WebP file$/,
          ],
          [{ ...one, images: [long] }, /^a picture has 1 x 300 pixels: one side may be at most 200 times/],
          [{ ...one, images: [first, second] }, /^images_of_text says \[1\] for 1 texts and 2 pictures/],
        ] as const)
      : ([[one, /^a picture came with a text but the model reads text alone: leave it out$/]] as const)),
  ];
}

/** The first half of a picture's file. */
const whole = readFileSync(first);
const broken: Bytes = { base64: whole.subarray(0, whole.length / 2).toString('base64') };

/** A netpbm picture of 1 x 300 pixels. */
const long: Bytes = { base64: Buffer.from(`P2\n1 300\n1\n${'1\n'.repeat(300)}`).toString('base64') };

/** The same prompts for Triton and for Node. The last is the one before it, from what was kept of its examples. */
export function requestsOf(
  hasPictures: boolean,
  fromPixels = false,
): readonly (readonly [TritonRequest, Prompt])[] {
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
    ...keptFrom(request, { shots, query: { image: first, text: 'Output:' } }, fromPixels),
  ];
}

function keptFrom(
  request: TritonRequest,
  prompt: Prompt,
  fromPixels = false,
): readonly (readonly [TritonRequest, Prompt])[] {
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
    // Where the graph sees pictures itself, none is kept, and all are sent again.
    [{ ...request, images: fromPixels ? request.images : request.images.slice(count), kept: true }, prompt],
  ];
}
