import { z } from 'zod';
import { LIMITS } from '../dsl/limits.ts';
import { PRECISIONS } from '../dsl/precision.ts';
import { imageSchema, languageSchema } from './facts.ts';
import { mediaSchema } from './media/index.ts';
import { PROVIDERS } from './provider.ts';
import { isSize } from './size.ts';

/** The version of the artifact's layout; a runtime refuses artifacts of another one. */
export const ARTIFACT_FORMAT = 4;

const bytes = z.number().int().nonnegative();

const dim = z.union([z.number().int().nonnegative(), z.string().refine(isSize, 'not a size')]);

const port = z.strictObject({
  name: z.string(),
  dtype: z.enum(['float32', 'float16', 'bfloat16', 'int64', 'int32', 'uint8', 'int8', 'bool']),
  /** Sizes; a name is open until the graph runs. */
  shape: z.array(dim).max(LIMITS.axes.most),
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
  /** Bytes of the weights that it reads, as it computes with them: they may be stored in fewer. */
  weightBytes: z.exactOptional(bytes),
});

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
  graphs: z.record(z.string(), graph),
  /** Of a graph that was cut, those among `graphs` that run in its place, in their order. */
  stages: z.exactOptional(z.record(z.string(), z.array(z.string()).min(2))),
  /** How pictures become `pixels`; left out where the model is shown none. */
  image: z.exactOptional(imageSchema),
  /** Of a model that answers prompts; left out for a graph that is run by itself. */
  language: z.exactOptional(languageSchema),
  /** How pictures reach the text of prompts; goes with `language`. */
  media: z.exactOptional(mediaSchema),
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

/** The way of media that a manifest names, of whatever format or damage; undefined where it cannot be made out. */
export function wayInManifest(text: string): string | undefined {
  try {
    return z.object({ media: z.object({ way: z.string() }) }).parse(JSON.parse(text)).media.way;
  } catch {
    return undefined;
  }
}

export type Manifest = z.infer<typeof manifestSchema>;
export type Calibration = z.infer<typeof calibration>;
export type LinkedFile = z.infer<typeof linkedFile>;
export type FileManifest = z.infer<typeof ownFile> | LinkedFile;
export type GraphManifest = z.infer<typeof graph>;
export type GraphPort = z.infer<typeof port>;
export type { ImagePreprocessing, LanguageSettings } from './facts.ts';
export { imageSchema, tokensSchema } from './facts.ts';

/** The manifest of a model that answers prompts. */
export type LanguageManifest = Manifest & Required<Pick<Manifest, 'language' | 'media'>>;
