import type { PromptProgram } from '../../dsl/program/program.ts';
import {
  clipVit,
  flamingo,
  gemma3,
  gpt2,
  gptNeox,
  idefics,
  type LanguageModel,
  llama,
  mpt,
  opt,
} from '../../models/index.ts';

const VISION = { image: 28, patch: 14, dim: 32, layers: 1, heads: 4 } as const;
const LANGUAGE = { dim: 32, layers: 2, heads: 4, vocabulary: 261, contextLength: 256 } as const;
const RESAMPLER = { depth: 1, heads: 2, headDim: 16, latents: 4 } as const;

const on = (name: string, language: LanguageModel) => (): PromptProgram =>
  flamingo({
    ...{ name, language },
    vision: clipVit(VISION),
    resampler: RESAMPLER,
    crossAttention: { every: 1, heads: 2, headDim: 16 },
  });

/** A small Flamingo on every language family, for the tokenizer of bytes. */
export const SMALL_FAMILIES: Readonly<Record<string, () => PromptProgram>> = {
  OPT: on('opt', opt(LANGUAGE)),
  MPT: on('mpt', mpt({ ...LANGUAGE, queryKeyNorm: true })),
  'GPT-NeoX': on('neox', gptNeox({ ...LANGUAGE, rotaryShare: 0.5 })),
  'GPT-2': on('gpt2', gpt2(LANGUAGE)),
  'Gemma 3': on(
    'gemma3',
    gemma3({
      ...{ ...LANGUAGE, inner: 48, keyValueHeads: 2, headDim: 6 },
      ...{ window: 5, fullLayers: [1], scoreSoftcap: 20, logitSoftcap: 10 },
    }),
  ),
  LLaMA: on('llama', llama({ ...LANGUAGE, inner: 48, keyValueHeads: 2 })),
  Idefics: () =>
    idefics({
      name: 'idefics',
      vision: VISION,
      language: { ...LANGUAGE, inner: 48, vocabulary: 256, additionalTokens: 5 },
      resampler: RESAMPLER,
      crossAttention: { every: 1, gate: 'channel' },
      tokens: {
        ...{ image: '<image>', endOfChunk: '<|endofchunk|>', padding: '<PAD>' },
        ...{ beginning: '<s>', end: '</s>', endOfDocument: '</s>' },
      },
    }),
};
