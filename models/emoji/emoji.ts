import { flamingo } from '../flamingo/flamingo.ts';
import type { FlamingoOptions } from '../flamingo/flamingo-options.ts';
import { emojiLanguage } from './language.ts';
import { emojiVision } from './vision.ts';

/** The emoji model's parts, for the last stage of its training and for compiling it. */
export function emojiOptions(): Omit<FlamingoOptions, 'name'> {
  return {
    convention: 'open-flamingo',
    vision: emojiVision(),
    resampler: { depth: 2, heads: 6, headDim: 32, latents: 8 },
    language: emojiLanguage(),
    crossAttention: { every: 1, heads: 6, headDim: 32 },
    expansion: 2,
  };
}

/** The model that ships: few-shot questions about small pictures, trained on emoji. */
export default flamingo({ name: 'emoji', ...emojiOptions() });
