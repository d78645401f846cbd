import { fileURLToPath } from 'node:url';
import type { Manifest } from '../../artifact/manifest.ts';
import { compile } from '../../compiler/compile.ts';
import { clipVit, flamingo, opt } from '../../models/index.ts';

const tokenizer = fileURLToPath(new URL('../../models/tokenizers/byte-level.json', import.meta.url));

/** Compiles a model of so many latents, with a name, graphs and weights of its own, over whatever is there. */
export function makeModel(out: string, latents: number): Promise<Manifest> {
  const program = flamingo({
    name: `latents-${latents}`,
    vision: clipVit({ image: 12, patch: 4, dim: 16, layers: 1, heads: 2 }),
    resampler: { depth: 1, heads: 2, headDim: 8, latents },
    language: opt({ dim: 16, layers: 1, heads: 2, vocabulary: 300, contextLength: 64 }),
    crossAttention: { every: 1 },
  });
  return compile(program, { out, source: 'made-model.ts', tokenizer, replace: true, seed: latents });
}
