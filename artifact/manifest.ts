import { z } from 'zod';
import { PRECISIONS } from '../dsl/precision.ts';
import { PROVIDERS } from './provider.ts';

/** The version of the artifact's layout; a runtime refuses artifacts of another one. */
export const ARTIFACT_FORMAT = 3;

const dim = z.union([z.number().int().nonnegative(), z.string()]);

const port = z.strictObject({
  name: z.string(),
  dtype: z.enum(['float32', 'float16', 'bfloat16', 'int64', 'int32', 'uint8', 'int8', 'bool']),
  /** Sizes; a name is open until the graph runs. */
  shape: z.array(dim),
});

const graph = z.strictObject({
  file: z.string(),
  inputs: z.array(port),
  outputs: z.array(port),
  /** Operators and how often each occurs: as the author wrote them, and as compiled. */
  operators: z.strictObject({
    before: z.record(z.string(), z.number()),
    after: z.record(z.string(), z.number()),
  }),
  /** Multiply-adds of one run, by operator: a number or a polynomial of the open sizes (`'2048*batch*text'`). */
  work: z.record(z.string(), dim).optional(),
  /** How often each fusion rule applied. */
  fusions: z.record(z.string(), z.number()),
  /** Nodes that the target's provider has no kernel for, which ONNX Runtime would place on the CPU. */
  fallbacks: z.array(z.strictObject({ node: z.string(), operator: z.string(), reason: z.string() })),
});

/** How an image file becomes `pixels`: CLIP's preprocessing and its relatives. */
export const imageSchema = z
  .strictObject({
    /** Height and width of the network's input, in pixels. */
    size: z.number().int().positive(),
    /** `shortest-edge`: resize the shorter side, crop the centre (CLIP). `stretch`: resize both sides. */
    resize: z.enum(['shortest-edge', 'stretch']),
    /** Pixels that the side, or both, are resized to before the centre is cut out; at least `size`, which is the default. */
    resizeTo: z.exactOptional(z.number().int().positive()),
    /** Where the crop starts when an odd number of pixels is cut away: `round` halves to even (torchvision; the default), or `floor` (transformers). */
    cropStart: z.exactOptional(z.enum(['round', 'floor'])),
    interpolation: z.enum(['bicubic', 'bilinear', 'nearest']),
    /** Per channel, for values from 0 to 1: (value - mean) / deviation. */
    mean: z.tuple([z.number(), z.number(), z.number()]),
    deviation: z.tuple([z.number(), z.number(), z.number()]),
    /** Most frames of a video; 1 for a model of still images. */
    maxFrames: z.number().int().positive(),
  })
  .refine(({ size, resizeTo = size }) => resizeTo >= size, 'resizeTo is smaller than size');

export const tokensSchema = z.strictObject({
  image: z.string(),
  endOfChunk: z.string().nullable(),
  padding: z.string(),
  beginning: z.string().nullable(),
  end: z.string().nullable(),
  aroundImages: z.exactOptional(z.string()),
  endOfDocument: z.exactOptional(z.string()),
  furtherEnds: z.exactOptional(z.array(z.string()).readonly()),
  neverWritten: z.exactOptional(z.array(z.string()).readonly()),
});

const language = z.strictObject({
  vocabulary: z.number().int().positive(),
  /** The longest prompt and answer together, in tokens. */
  contextLength: z.number().int().positive(),
  /** Layers that keep a key/value cache: inputs `past_key.{i}`, outputs `new_key.{i}`. */
  layers: z.number().int().positive(),
  keyValueHeads: z.number().int().positive(),
  headDim: z.number().int().positive(),
  /** As `ModelTokens` says. */
  tokens: tokensSchema,
  /** As `DialogueForm` says. */
  dialogue: z.exactOptional(
    z.strictObject({ assistant: z.string(), userTurnsEnd: z.boolean(), tuned: z.boolean() }),
  ),
});

const crossAttention = z.strictObject({
  /** Gated cross-attention blocks: `media_key.{i}`, `media_value.{i}`. */
  layers: z.number().int().positive(),
  heads: z.number().int().positive(),
  headDim: z.number().int().positive(),
  /** Latents per image. */
  latents: z.number().int().positive(),
});

const bytes = z.number().int().nonnegative();

/** A file that the compiler wrote: its size in bytes and its SHA-256. */
const ownFile = z.strictObject({ bytes, sha256: z.string() });

/**
 * A checkpoint's file that was put into the folder without being read: its size, the place and SHA-256 of its header,
 * which says where its tensors are (and, in a PyTorch file, has the checksum of each), and the SHA-256 of a sample of
 * the whole, as `sampleOf` takes it.
 */
const linkedFile = z.strictObject({
  bytes,
  header: z.strictObject({ offset: bytes, bytes, sha256: z.string() }),
  sample: z.string(),
  /**
   * Where it is the checkpoint's own file under a second name, and so changes when somebody writes to that: its number
   * on the disk, and when it was last written to, in nanoseconds. Absent where the disk made a copy without reading.
   */
  hardLink: z.exactOptional(z.strictObject({ inode: z.string(), modified: z.string() })),
});

const fileList = z.record(z.string(), z.union([ownFile, linkedFile]));

/** How far the model's predictions of the next token are from its own in float32, on some prompts. */
const calibration = z.strictObject({
  /** The file of prompts, and how many of them could be used. */
  file: z.string(),
  prompts: z.number().int().positive(),
  /** Tokens of the prompts, after each of which the two distributions were compared. */
  predictions: z.number().int().positive(),
  /** Mean Kullback-Leibler divergence from float32, in nats. */
  divergence: z.number(),
  /** Share of the predictions whose likeliest token is the same. */
  agreement: z.number().min(0).max(1),
});

export const manifestSchema = z.strictObject({
  format: z.literal(ARTIFACT_FORMAT),
  generator: z.string(),
  model: z.strictObject({
    name: z.string(),
    /** The author's file, for the record: the artifact runs without it. */
    source: z.string(),
    options: z.record(z.string(), z.unknown()),
  }),
  /** What the graphs were compiled for, by its name, and the provider that runs them. */
  target: z.string(),
  provider: z.enum(PROVIDERS),
  fusion: z.boolean(),
  precision: z.strictObject({
    /** How weights are kept that the author has not marked. */
    weights: z.enum(PRECISIONS),
    /** How many weights are kept in which form. */
    kept: z.partialRecord(z.enum([...PRECISIONS, 'bfloat16']), z.number().int().nonnegative()),
    /** What the precision cost, where the compiler was given prompts to find out. */
    calibration: z.exactOptional(calibration),
  }),
  graphs: z.strictObject({ vision: graph, language: graph }),
  image: imageSchema,
  language,
  crossAttention,
  parameters: z.strictObject({
    count: z.number().int().nonnegative(),
    trainable: z.number().int().nonnegative(),
    bytes: z.number().int().nonnegative(),
    /** `seeded`: drawn from the seed, not trained. `none`: compiled without values; the artifact cannot run. */
    origin: z.enum(['loaded', 'seeded', 'mixed', 'none']),
    seed: z.number().int(),
  }),
  /** Every other file that belongs to the artifact, by its name in the folder. */
  files: fileList,
});

/** The files that a manifest lists, of whatever format or damage; none where it cannot be made out. */
export function readFileList(text: string): Manifest['files'] {
  try {
    return z.object({ files: fileList }).parse(JSON.parse(text)).files;
  } catch {
    return {};
  }
}

export type Manifest = z.infer<typeof manifestSchema>;
export type Calibration = z.infer<typeof calibration>;
export type LinkedFile = z.infer<typeof linkedFile>;
export type FileManifest = z.infer<typeof ownFile> | LinkedFile;
export type GraphManifest = z.infer<typeof graph>;
export type GraphPort = z.infer<typeof port>;
export type ImagePreprocessing = z.infer<typeof imageSchema>;
