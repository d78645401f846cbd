import type { Graph } from '../../dsl/graph.ts';
import type { VisionLanguageProgram } from '../../dsl/program/program.ts';
import { clipVit } from '../../models/clip/clip-vit.ts';
import { flamingo } from '../../models/flamingo/flamingo.ts';
import { gemma3 } from '../../models/gemma3/gemma3.ts';
import { gptNeox } from '../../models/gpt-neox/gpt-neox.ts';
import { gpt2 } from '../../models/gpt2/gpt2.ts';
import { idefics } from '../../models/idefics/idefics.ts';
import { llama } from '../../models/llama/llama.ts';
import { mpt } from '../../models/mpt/mpt.ts';
import { nfnet } from '../../models/nfnet/nfnet.ts';
import { olmo2 } from '../../models/olmo2/olmo2.ts';
import { opt } from '../../models/opt/opt.ts';
import { phi3 } from '../../models/phi3/phi3.ts';
import type { LanguageModel } from '../../models/shared/language-model.ts';
import type { VisionEncoder } from '../../models/shared/vision-encoder.ts';
import { reinitialised } from '../support/reinitialised.ts';

export const VOCABULARY = 20;
export const IMAGE = VOCABULARY - 1;
/** Height and width of the small models' pictures. */
export const PICTURE = 32;

const language = { dim: 16, layers: 2, heads: 2, contextLength: 64 };
const vision = { image: PICTURE, patch: 8, dim: 16, layers: 2, heads: 2 };

function small(
  model: LanguageModel,
  encoder: VisionEncoder = clipVit(vision),
  convention: 'paper' | 'open-flamingo' = 'open-flamingo',
): VisionLanguageProgram {
  return flamingo({
    name: 'small',
    convention,
    vision: encoder,
    resampler: { depth: 2, heads: 2, headDim: 8, latents: 4 },
    language: model,
    crossAttention: { every: 1, heads: 2, headDim: 8 },
  });
}

const makers: Readonly<Record<string, () => VisionLanguageProgram>> = {
  'the paper on OPT': () => small(opt({ ...language, vocabulary: VOCABULARY }), clipVit(vision), 'paper'),
  'OpenFlamingo on OPT': () => small(opt({ ...language, vocabulary: VOCABULARY })),
  'OpenFlamingo on MPT': () => small(mpt({ ...language, vocabulary: VOCABULARY, queryKeyNorm: true })),
  'OpenFlamingo on GPT-2': () => small(gpt2({ ...language, vocabulary: VOCABULARY })),
  'NFNet and GPT-NeoX': () =>
    small(
      gptNeox({ ...language, vocabulary: VOCABULARY, rotaryShare: 0.5 }),
      nfnet({ image: PICTURE, depths: [1, 1, 1, 1], widths: [16, 16, 16, 16], stem: 16, groupSize: 8 }),
    ),
  'grouped heads of LLaMA': () =>
    small(llama({ ...language, inner: 24, vocabulary: VOCABULARY, keyValueHeads: 1 })),
  'windows, caps and sandwiched norms of Gemma 3': () =>
    small(
      gemma3({
        ...{ ...language, inner: 24, vocabulary: VOCABULARY, keyValueHeads: 1, headDim: 6, window: 3 },
        ...{ fullLayers: [1], scale: 0.3, scoreSoftcap: 1.5, logitSoftcap: 2, rotaryBase: 500 },
      }),
    ),
  'packed weights of Phi-3': () =>
    small(
      phi3({ ...language, inner: 24, vocabulary: VOCABULARY, keyValueHeads: 1, rotaryShare: 0.5, window: 4 }),
    ),
  'norms after of OLMo 2': () => small(olmo2({ ...language, inner: 24, vocabulary: VOCABULARY })),
  Idefics: () =>
    idefics({
      name: 'small',
      vision,
      language: { ...language, inner: 24, vocabulary: VOCABULARY - 2, additionalTokens: 2 },
      resampler: { depth: 2, heads: 2, headDim: 8, latents: 4, queryKeyNorm: true },
      crossAttention: { every: 1, gate: 'channel', queryKeyNorm: true },
    }),
};

/** Small models of every kind, with random weights. Gates start at zero and would hide what is behind them: here they are open. */
export const smallPrograms: Readonly<Record<string, () => VisionLanguageProgram>> = Object.fromEntries(
  Object.entries(makers).map(([name, make]) => [
    name,
    () => {
      const program = make();
      const open = (graph: Graph): Graph => reinitialised(graph, /(_gate|\.alpha_\w+|skipinit_gain)$/, 0.7);
      const { vision, language } = program.graphs;
      return { ...program, graphs: { vision: open(vision), language: open(language) } };
    },
  ]),
);
