import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { MANIFEST } from '../../../../artifact/artifact-names.ts';
import { PROTOCOLS, type Protocol } from '../benchmark.ts';

/** How examples are chosen: drawn at random, or those whose pictures are most like the question's (RICES). */
export const SELECTIONS = ['random', 'rices'] as const;
export type Selection = (typeof SELECTIONS)[number];

/**
 * All that decides what a model answers to an item, given the number of examples and the seed. A run that is gone on with
 * has the same; numbers of examples, seeds and items may be added to it.
 */
export const SETTINGS = z.strictObject({
  benchmark: z.string(),
  split: z.string(),
  /** The data set's folder. */
  data: z.string(),
  protocol: z.enum(PROTOCOLS),
  model: z.strictObject({
    name: z.string(),
    folder: z.string(),
    /** SHA-256 of its manifest, which has those of its files. */
    manifest: z.string(),
  }),
  select: z.enum(SELECTIONS),
  /** Items that examples are taken from; null for all of their split. */
  support: z.int().min(1).nullable(),
  /** Orders of the examples over which likelihoods are averaged. */
  ensemble: z.int().min(1),
  /** Of chosen answers. */
  normalise: z.enum(['none', 'tokens', 'bytes']),
  endOfChunk: z.boolean(),
  /** Of written answers. */
  beams: z.int().min(1),
  maxNewTokens: z.int().min(1),
  /** Of a video, at most. */
  frames: z.int().min(1),
  /** The assistant's name, where items are asked in dialogues; null where they are not. */
  assistant: z.string().nullable(),
  pixels: z.enum(['shown', 'pillow']),
});
export type Settings = z.infer<typeof SETTINGS>;

/** What of the settings a protocol decides (the paper: B.1.5, A.2; OpenFlamingo: open_flamingo/eval/evaluate.py). */
export interface ProtocolDefaults {
  readonly normalise: Settings['normalise'];
  readonly endOfChunk: boolean;
  readonly beams: number;
  readonly support: number;
  /** Text-only examples where a question has no other: for answers that are written, and chosen. */
  readonly zeroShot: { readonly written: number; readonly chosen: number };
}

/** Those of both. The paper does not say whether the end of an answer counts; it does here, as it is part of the sequence. */
export const PROTOCOL_DEFAULTS: Readonly<Record<Protocol, ProtocolDefaults>> = {
  paper: {
    ...{ normalise: 'none', endOfChunk: true, beams: 3, support: 2048 },
    zeroShot: { written: 2, chosen: 0 },
  },
  'open-flamingo': {
    ...{ normalise: 'tokens', endOfChunk: false, beams: 3, support: 2048 },
    zeroShot: { written: 2, chosen: 2 },
  },
};

/** Frames of a video at most: the paper's, three a second for ten seconds (B.1.2). */
export const FRAMES = 30;

/** What identifies a model. */
export async function modelIdentity(folder: string, name: string): Promise<Settings['model']> {
  const manifest = createHash('sha256')
    .update(await readFile(join(folder, MANIFEST)))
    .digest('hex');
  return { name, folder: resolve(folder), manifest };
}

/** The first setting in which two runs differ, in words; undefined where none does. */
export function difference(a: Settings, b: Settings): string | undefined {
  const { model: modelA, ...restA } = a;
  const { model: modelB, ...restB } = b;
  if (modelA.manifest !== modelB.manifest)
    return `the model ${modelA.folder}, and not ${modelB.folder} as it is now`;
  const entries = Object.entries(restB);
  const [name, value] =
    Object.entries(restA).find(([name, value]) =>
      entries.some(([other, its]) => other === name && its !== value),
    ) ?? [];
  if (name === undefined) return undefined;
  const other = entries.find(([each]) => each === name)?.[1];
  return `${name} ${JSON.stringify(value)}, and not ${JSON.stringify(other)}`;
}
