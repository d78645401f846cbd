import { flamingo } from '../../../models/flamingo/flamingo.ts';
import type { FlamingoOptions } from '../../../models/flamingo/flamingo-options.ts';
import { normFreeResnet } from '../../../models/nfnet/norm-free-resnet.ts';
import { opt } from '../../../models/opt/opt.ts';
import { PICTURE_SIZE } from '../stimulus.ts';

/** Tokens of `tokenizer.json`, the special ones included. */
const VOCABULARY = 402;

/** The longest prompt and answer together, in tokens: eight examples and a question. */
const CONTEXT_LENGTH = 64;

/** The parts of a model that reads and names colours, for its training and for compiling it. */
export function stroopOptions(): Omit<FlamingoOptions, 'name'> {
  return {
    convention: 'open-flamingo',
    vision: normFreeResnet({ image: PICTURE_SIZE, widths: [16, 32, 64], depths: [1, 1, 2] }),
    resampler: { depth: 2, heads: 4, headDim: 16, latents: 8 },
    language: opt({
      ...{ dim: 96, layers: 3, heads: 4, activation: 'gelu' },
      ...{ vocabulary: VOCABULARY, contextLength: CONTEXT_LENGTH },
    }),
    crossAttention: { every: 1, heads: 4, headDim: 24 },
    expansion: 2,
  };
}

/** Takes the Stroop test. */
export default flamingo({ name: 'stroop', ...stroopOptions() });
