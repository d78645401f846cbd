import { writeSafetensors } from '../../compiler/weights/safetensors.ts';
import { elementCount } from '../../dsl/element-count.ts';
import type { Program } from '../../dsl/program.ts';
import { clipVit } from '../../models/clip-vit.ts';
import { flamingo } from '../../models/flamingo.ts';
import { opt } from '../../models/opt.ts';
import { benchmarkWeights } from './weights.ts';

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

/** Writes a checkpoint of weights to measure with: random, small, and worth nothing. */
export async function writeBenchmarkCheckpoint(program: Program, path: string): Promise<void> {
  await writeSafetensors(
    path,
    [...program.parameters].map(([name, parameter]) => ({
      name,
      dtype: 'float32',
      shape: parameter.shape,
      data: () => {
        const bytes = benchmarkWeights(parameter);
        return new Float32Array(bytes.buffer, bytes.byteOffset, elementCount(parameter.shape));
      },
    })),
  );
}
