import { z } from 'zod';
import { PROVIDERS } from '../../artifact/provider.ts';
import { GENERATION_MODES } from '../generation-mode.ts';

/*
 * What the arguments of the runtime's public functions must be: the types of `runtime/index.ts` for programs without
 * types. Unknown entries are refused, as a misspelt one would have no effect.
 */

const isSource = (value: unknown): boolean => typeof value === 'string' || value instanceof Uint8Array;

export const source = z.custom<string | Uint8Array>(isSource, "a picture's path or its bytes");

export const videoSource = z.custom<string | Uint8Array | (string | Uint8Array)[]>(
  (value) => isSource(value) || (Array.isArray(value) && value.every(isSource)),
  "a video's path or bytes, or a list of its frames",
);

const text = z.string();
const frames = z.int().min(1);

/** The pictures of a piece: one entry of three, or none. */
const pictures = {
  image: source.optional(),
  images: z.array(source).optional(),
  video: videoSource.optional(),
  frames: frames.optional(),
};

type PictureEntries = { readonly [Name in keyof typeof pictures]?: unknown };

const KINDS = ['image', 'images', 'video'] as const;

/** Refuses pictures of two kinds, of which one would be left out, and frames of no video. */
function onePictureKind<S extends z.ZodType<PictureEntries>>(schema: S): S {
  return schema
    .refine((piece) => KINDS.filter((kind) => piece[kind] !== undefined).length <= 1, {
      error: "one of 'image', 'images' and 'video'",
    })
    .refine((piece) => piece.frames === undefined || piece.video !== undefined, {
      error: "'frames' beside a 'video' alone",
    });
}

const picturesOnly = onePictureKind(z.strictObject(pictures));
export const shot = onePictureKind(z.strictObject({ ...pictures, text }));
export const query = onePictureKind(z.strictObject({ ...pictures, text: text.optional() }));
export const fewShotPrompt = z.strictObject({
  shots: z.array(shot).optional(),
  query,
  separator: text.optional(),
});

export const captionPrompt = z.strictObject({
  shots: z.array(onePictureKind(z.strictObject({ ...pictures, caption: text }))).optional(),
  query: picturesOnly,
});
export const questionPrompt = z.strictObject({
  shots: z.array(onePictureKind(z.strictObject({ ...pictures, question: text, answer: text }))).optional(),
  query: onePictureKind(z.strictObject({ ...pictures, question: text })),
});

const turn = onePictureKind(z.strictObject({ ...pictures, speaker: z.enum(['user', 'assistant']), text }));
const dialogue = z.strictObject({
  preamble: text.optional(),
  turns: z.array(turn),
  names: z.strictObject({ user: text, assistant: text }).optional(),
});

const mediaEntry = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('image'), source }),
  z.strictObject({ kind: z.literal('video'), source: videoSource, frames: frames.optional() }),
]);
export const media = z.array(
  z.union([source, mediaEntry], 'a path, bytes, or an object with a kind and a source'),
);
const rawPrompt = z.strictObject({ text, media });

/** A prompt of each form, which is known by the entry that the others have not. */
export function promptOf(value: unknown): z.ZodType {
  const has = (key: string): boolean => typeof value === 'object' && value !== null && key in value;
  if (has('turns')) return dialogue;
  if (has('query') || has('shots')) return fewShotPrompt;
  if (has('text') || has('media')) return rawPrompt;
  return z.custom(() => false, "an object with 'query', with 'turns', or with 'text' and 'media'");
}

const fewShotExamples = z.strictObject({ shots: z.array(shot).min(1), separator: text.optional() });

/** What every prompt of a task begins with, known by the entry that the other form has not. */
export function examplesOf(value: unknown): z.ZodType {
  const has = (key: string): boolean => typeof value === 'object' && value !== null && key in value;
  if (has('turns')) return dialogue;
  if (has('shots')) return fewShotExamples;
  return z.custom(() => false, "an object with 'shots' or with 'turns'");
}

const signal = z.custom<AbortSignal>((value) => value instanceof AbortSignal, 'an AbortSignal').optional();
const method = z.custom<() => void>((value) => typeof value === 'function', 'a function');
const listener = method.optional();

/** What every request may come with. */
export const requestOptions = z.strictObject({ signal, onProgress: listener });

/** The options of generation themselves are checked where they are used. */
export const generateOptions = z.looseObject({
  signal,
  onProgress: listener,
  onToken: listener,
  batchSize: z.int().min(1).optional(),
});

export const choices = z.array(text).min(1);

export const scoreOptions = requestOptions.extend({
  normalise: z.enum(['none', 'tokens', 'bytes']),
  endOfChunk: z.boolean().optional(),
});

/** Orders of the examples are kept apart, so there are not more than can be held. */
export const ORDERS = z.int().min(1).max(10_000);

export const ensembleOptions = scoreOptions.extend({ orders: ORDERS.optional(), seed: z.int().optional() });

const ways = z
  .array(z.looseObject({ way: z.string(), open: z.function() }, 'a way of media, from defineMediaWay'))
  .optional();

export const loadOptions = z.strictObject({
  ways,
  verify: z.boolean().optional(),
  imageMemory: z.int().min(0).optional(),
  concurrency: z.int().min(1).optional(),
  queue: z.int().min(0).optional(),
  generation: z.enum(GENERATION_MODES).optional(),
  cachedTokens: z.int().min(1).optional(),
  keptTokens: z.int().min(0).optional(),
  prefillChunk: z.int().min(1).optional(),
  worker: z.union([z.string().min(1), z.instanceof(URL)], 'a path or a URL').optional(),
  pixels: z.enum(['shown', 'pillow']).optional(),
  provider: z.enum(PROVIDERS).optional(),
  devices: z.array(z.int().min(0)).optional(),
  threads: z.int().min(1).max(1024).optional(),
  optimisation: z.enum(['disabled', 'basic', 'extended', 'all']).optional(),
  profile: z.boolean().optional(),
});

export const graphOptions = loadOptions
  .omit({
    imageMemory: true,
    concurrency: true,
    queue: true,
    generation: true,
    cachedTokens: true,
    keptTokens: true,
    prefillChunk: true,
    pixels: true,
    worker: true,
  })
  .extend({ graph: z.string().min(1).optional() });
export const graphValues = z.custom<object>(
  (value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value),
  'an object with a value for each input',
);

export const pictureOptions = loadOptions.pick({ pixels: true });
export const frameOptions = pictureOptions.extend({ frames: z.number().optional() });
export const path = z.string().min(1);

const isNumbers = (value: unknown): boolean =>
  (ArrayBuffer.isView(value) && !(value instanceof DataView)) ||
  (Array.isArray(value) && value.every((entry) => typeof entry === 'number'));
export const features = z.custom<ArrayLike<number>>(isNumbers, 'a list of numbers');

export const openOptions = z.strictObject({
  verify: z.boolean().optional(),
  runnable: z.boolean().optional(),
  weights: z.boolean().optional(),
  ways,
});

export const readTasksOptions = z.strictObject({
  limit: z.number().min(0).or(z.literal(Number.POSITIVE_INFINITY)).optional(),
  signal,
});

export const templates = z.looseObject({ caption: method, question: method });

export const list = z.array(z.unknown());

const isModel = (value: unknown): boolean =>
  z.object({ generateBatch: method, score: method }).safeParse(value).success;
export const answerer = z.custom<object>(isModel, 'a loaded model');

const taskPiece = z.looseObject({ images: z.array(path), text });
export const tasks = z.array(
  z.looseObject({
    line: z.number(),
    id: text,
    kind: text,
    shots: z.array(taskPiece),
    query: taskPiece,
    choices: z.array(text).optional(),
    answers: z.array(text),
  }),
);

export const evaluateOptions = z.strictObject({
  shots: z.array(z.int().min(0)).optional(),
  batch: z.int().min(1).optional(),
  maxNewTokens: z.int().min(1).optional(),
  beams: z.int().min(1).optional(),
  assistant: text.optional(),
  signal,
  onAnswers: listener,
  onProgress: listener,
});

export const dialogueForm = z.strictObject({
  assistant: text,
  user: text.optional(),
  betweenTurns: text.optional(),
  afterImages: text.optional(),
  spaceBeforeImages: z.boolean().optional(),
  userTurnsEnd: z.boolean(),
  tuned: z.boolean(),
});

export const augmentation = z.strictObject({
  crop: z.number().gt(0).max(1).optional(),
  colour: z.number().min(0).max(1).optional(),
  flip: z.boolean().optional(),
});
export const pixels = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'a Uint8Array');
export const side = z.int().min(1);
export const draw = method;

export const pictureData = z.strictObject({
  files: z.array(path),
  image: z.looseObject({
    size: side,
    mean: z.array(z.number()).length(3),
    std: z.array(z.number()).length(3),
  }),
  cache: path.optional(),
});

export const outcomes = z.array(
  z.looseObject({
    task: z.looseObject({
      line: z.number(),
      kind: text,
      choices: z.array(text).optional(),
      answers: z.array(text),
    }),
    shots: z.int().min(0),
    accuracy: z.number().min(0).max(1),
  }),
);
