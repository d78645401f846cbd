import { nfnet, nfnetSizes } from '../nfnet/nfnet.ts';
import { opt } from '../opt/opt.ts';
import { flamingo } from './flamingo.ts';

/** The rows of the paper's table 1 that differ between its sizes. */
export interface PaperSize {
  readonly name: string;
  /** Layers, width and heads of the frozen language model; the cross-attention has its width and heads. */
  readonly layers: number;
  readonly dim: number;
  readonly heads: number;
  /** A gated cross-attention block before every n-th layer. */
  readonly every: number;
}

/** Chinchilla's vocabulary and context (Hoffmann et al. 2022). */
const VOCABULARY = 32_000;
const CONTEXT = 2048;

/**
 * A Flamingo with the sizes of the paper (table 1 and appendix B.1.1): NFNet-F6 on 320-pixel images, a resampler of 6
 * layers and width 1536, 64 latents, 8 frame embeddings.
 *
 * One frozen part stands in for one that is not published: OPT's layout, with GELU, for Chinchilla's.
 */
export function paperFlamingo({ name, layers, dim, heads, every }: PaperSize) {
  return flamingo({
    name,
    convention: 'paper',
    vision: nfnet({ ...nfnetSizes.f6, image: 320 }),
    language: opt({ dim, layers, heads, vocabulary: VOCABULARY, contextLength: CONTEXT, activation: 'gelu' }),
    crossAttention: { every },
  });
}
