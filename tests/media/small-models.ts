import { join } from 'node:path';
import { writeSafetensors } from '../../artifact/weights/safetensors.ts';
import { type CompileOptions, compile } from '../../compiler/compile.ts';
import { initialValues } from '../../compiler/weights/store/initialise.ts';
import type { PromptProgram } from '../../dsl/program/program.ts';
import {
  clipVit,
  flamingo,
  gpt2,
  languageModel,
  llama,
  maskedCrossAttention,
  mlpConnector,
  opt,
  pixelShuffleConnector,
  resamplerConnector,
  type SeenPictures,
  spliced,
} from '../../models/index.ts';
import { TOKENIZER } from '../runtime/prompts.ts';
import { channelGated, keyedChannelGated, learnedQueries } from './own-blocks.ts';
import { hybrid, recurrences } from './recurrences.ts';

const VISION = { image: 28, patch: 14, dim: 32, layers: 1, heads: 4 } as const;
const LANGUAGE = { dim: 32, layers: 3, heads: 4, vocabulary: 261, contextLength: 256 } as const;

/** A picture is stretched to at most 2 by 2 tiles of 28 pixels. */
const FILLED = { resize: 'stretch', longestEdge: 56, interpolation: 'lanczos' } as const;

const masked = (sees: SeenPictures) => (): PromptProgram =>
  flamingo({
    name: sees,
    vision: clipVit(VISION),
    resampler: { depth: 1, heads: 2, headDim: 16, latents: 4 },
    language: opt({ ...LANGUAGE, activation: 'gelu' }),
    crossAttention: { every: 2 },
    media: maskedCrossAttention({ sees }),
  });

/** A small model of every way that pictures reach text, one of each kind. */
export const SMALL_MODELS: Readonly<Record<string, () => PromptProgram>> = {
  packed: () =>
    flamingo({
      name: 'packed',
      vision: clipVit(VISION),
      resampler: { depth: 1, heads: 2, headDim: 16, latents: 4 },
      language: opt({ ...LANGUAGE, activation: 'gelu' }),
      crossAttention: { every: 1 },
    }),
  'masked, all previous pictures': masked('all-previous'),
  'masked, the last pictures in a row': masked('last-in-a-row'),
  'own blocks on latents': () =>
    flamingo({
      name: 'own-latents',
      vision: clipVit(VISION),
      resampler: learnedQueries({ dim: 32, width: 24, latents: 4 }),
      language: opt({ ...LANGUAGE, activation: 'gelu' }),
      crossAttention: { every: 2, block: channelGated },
      longestVideo: 4,
    }),
  'own blocks on keys and values, all previous pictures': () =>
    flamingo({
      name: 'own-keys',
      vision: clipVit(VISION),
      resampler: ({ dim }) => learnedQueries({ dim, width: 32, latents: 4 }),
      language: opt({ ...LANGUAGE, activation: 'gelu' }),
      crossAttention: {
        every: 2,
        block: ({ dim, vision }) => keyedChannelGated({ dim, vision, heads: 2, headDim: 24 }),
      },
      media: maskedCrossAttention({ sees: 'all-previous' }),
    }),
  'spliced by a perceptron': () =>
    spliced({
      name: 'perceptron',
      vision: clipVit(VISION),
      connector: mlpConnector(),
      language: llama({ ...LANGUAGE, inner: 48, keyValueHeads: 2 }),
    }),
  'spliced by a perceptron, frames too': () =>
    spliced({
      name: 'frames',
      vision: clipVit(VISION),
      connector: mlpConnector({ depth: 1 }),
      language: gpt2(LANGUAGE),
      longestVideo: 4,
    }),
  'spliced by a perceptron, in tiles': () =>
    spliced({
      name: 'tiles',
      vision: clipVit(VISION),
      connector: mlpConnector({ depth: 1 }),
      language: opt({ ...LANGUAGE, activation: 'gelu' }),
      tiles: 4,
    }),
  'spliced by a pixel shuffle, in tiles with text': () => {
    const vision = clipVit({ ...VISION, classToken: false });
    return spliced({
      name: 'shuffled',
      vision: { ...vision, preprocessing: { ...vision.preprocessing, ...FILLED } },
      connector: pixelShuffleConnector({ scale: 2 }),
      language: gpt2(LANGUAGE),
      ...{ tiles: 4, tileGrid: 'filled' },
      pictureText: { alone: '({image})', tile: '{row}.{column}{image}', afterRow: ';', whole: '={image}' },
    });
  },
  'spliced by a resampler': () =>
    spliced({
      name: 'resampler',
      vision: clipVit(VISION),
      connector: resamplerConnector({ latents: 3, depth: 1, heads: 2, headDim: 16 }),
      language: opt({ ...LANGUAGE, activation: 'gelu' }),
      longestVideo: 4,
    }),
  'packed, on recurrences and attention': () =>
    flamingo({
      name: 'hybrid',
      vision: clipVit(VISION),
      resampler: { depth: 1, heads: 2, headDim: 16, latents: 4 },
      language: hybrid(LANGUAGE, [0, 2]),
      crossAttention: { every: 2 },
    }),
  'recurrences alone': () => languageModel({ name: 'recurrences', language: recurrences(LANGUAGE) }),
  'a language model alone': () => languageModel({ name: 'alone', language: gpt2(LANGUAGE) }),
};

/** Weights that make pictures count and next tokens differ: open gates, large embeddings. */
export async function writeLivelyWeights(
  path: string,
  { parameters }: Pick<PromptProgram, 'parameters'>,
  seed: number,
): Promise<void> {
  await writeSafetensors(
    path,
    [...parameters].map(([name, parameter]) => ({
      ...{ name, dtype: 'float32' as const, shape: parameter.shape },
      data: initialValues(parameter, seed).map((value) => {
        if (/gate$/.test(name)) return 1;
        return parameter.shape.length > 1 ? 6 * value : value;
      }),
    })),
  );
}

/** @returns the artifact's folder, which is called as the program is unless `options` say otherwise */
export async function compileLively(
  folder: string,
  program: PromptProgram,
  options: Partial<CompileOptions> = {},
): Promise<string> {
  const weights = join(folder, `${program.name}.safetensors`);
  await writeLivelyWeights(weights, program, 3);
  const { out = join(folder, program.name) } = options;
  await compile(program, { tokenizer: TOKENIZER, weights: [weights], copyWeights: true, ...options, out });
  return out;
}
