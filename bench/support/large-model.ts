import { writeSafetensors } from '../../artifact/weights/safetensors.ts';
import type { LanguageProgram, Program } from '../../dsl/program/program.ts';
import { clipVit, clipVitSizes } from '../../models/clip/clip-vit.ts';
import { flamingo } from '../../models/flamingo/flamingo.ts';
import { RELEASED_VOCABULARY } from '../../models/flamingo/released-sizes.ts';
import { llama } from '../../models/llama/llama.ts';
import { languageModel } from '../../models/media/none.ts';
import { mpt, mptSizes } from '../../models/mpt/mpt.ts';
import { opt } from '../../models/opt/opt.ts';
import { benchmarkHalves } from './weights.ts';

/** A language model of about a billion parameters, with little else; `quick`, of a few million. */
export const largeFlamingo = (quick: boolean): Program => {
  const dim = quick ? 256 : 2048;
  return flamingo({
    name: quick ? 'large-in-small' : 'large',
    vision: clipVit({ image: 28, patch: 14, dim: 64, layers: 1, heads: 2 }),
    resampler: { depth: 1, heads: 2, headDim: 32, latents: 8 },
    language: opt({
      dim,
      layers: quick ? 4 : 20,
      heads: dim / 64,
      vocabulary: 8000,
      contextLength: 2048,
    }),
    crossAttention: { every: quick ? 4 : 20, heads: 8, headDim: 64 },
  });
};

/** A LLaMA of 336 million parameters, heads of keys and values shared by four; `quick`, of a few million. */
export const smallLlama = (quick: boolean): LanguageProgram =>
  languageModel({
    name: quick ? 'llama-tiny' : 'llama-336m',
    language: llama({
      dim: quick ? 128 : 1024,
      layers: quick ? 2 : 24,
      heads: quick ? 4 : 16,
      keyValueHeads: quick ? 1 : 4,
      inner: quick ? 256 : 2816,
      vocabulary: quick ? 300 : 32_000,
      contextLength: 4096,
    }),
  });

/** OpenFlamingo-3B's sizes, with tokens of single bytes. */
export const openFlamingo3b = (): Program =>
  flamingo({
    name: 'open-flamingo-3b-random',
    convention: 'open-flamingo',
    vision: clipVit(clipVitSizes['l/14']),
    language: mpt({ ...mptSizes['1b'], vocabulary: RELEASED_VOCABULARY }),
    crossAttention: { every: 1 },
  });

/** Writes a float16 checkpoint of weights to measure with: random, small, and worth nothing. */
export async function writeBenchmarkCheckpoint(program: Program, path: string): Promise<void> {
  await writeSafetensors(
    path,
    [...program.parameters].map(([name, parameter]) => ({
      ...{ name, dtype: 'float16' as const, shape: parameter.shape },
      data: () => benchmarkHalves(parameter),
    })),
  );
}
