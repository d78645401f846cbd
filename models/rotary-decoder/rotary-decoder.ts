import {
  add,
  and,
  type CheckpointName,
  concat,
  divide,
  embedding,
  linear,
  multiply,
  parameter,
  slidingWindowMask,
  type Tensor,
  tanh,
  zeros,
} from '../../dsl/index.ts';
import { embedWithAdditional } from '../shared/additional-tokens.ts';
import { decoder, tiedLogits } from '../shared/decoder.ts';
import type { LanguageModel, LayersOf, TextPlaces } from '../shared/language-model.ts';
import type { WidthOf } from '../shared/vision-encoder.ts';
import { decoderLayer, type FeedForwardOptions, type NormPlaces } from './decoder-layer.ts';
import type { HeadNormPlaces } from './head-norm.ts';
import { type NormKind, norm } from './norm.ts';
import type { RotaryDecoderOptions } from './rotary-decoder-options.ts';
import type { Rotation, SelfAttentionOptions } from './self-attention.ts';

/** What a layer may have otherwise than the others of its decoder. */
export interface LayerKind {
  /** How many tokens each sees, itself among them. Default: all before it. */
  readonly window?: number | undefined;
  /** In the place of the decoder's; `none`: queries and keys do not turn. Default: the decoder's. */
  readonly rotation?: Rotation | 'none';
}

/** What a family says of its decoder beside the sizes in its options. What is left out is LLaMA's. */
export interface RotaryDecoderDefinition {
  readonly family: string;
  readonly options: RotaryDecoderOptions;
  /** Whether the head is the embeddings where the options do not say. Default false. */
  readonly tiedHead?: boolean;
  /** Default: RMS norms. */
  readonly norm?: Partial<NormKind>;
  /** Default `before`. */
  readonly normPlaces?: NormPlaces;
  /** Default: no biases, no norms of queries and keys, weights apart, `1 / sqrt(headDim)`. */
  readonly attention?: Partial<Omit<SelfAttentionOptions, 'rotation' | 'queryKeyNorm'>> & {
    readonly queryKeyNorm?: HeadNormPlaces | undefined;
  };
  /** What rotations have beside what the options say. Default: nothing. */
  readonly rotation?: Pick<Rotation, 'tables' | 'interleaved' | 'dim'>;
  /** Default: SiLU, no biases, weights apart, with a gate. */
  readonly feedForward?: Partial<FeedForwardOptions>;
  /** What a layer has otherwise. Default: nothing. */
  readonly layer?: (index: number) => LayerKind;
  /** Factor of what attention and feed-forward add. Default 1. */
  readonly residualScale?: number | undefined;
  /** Factor of the token embeddings, where they are looked up. Default 1. */
  readonly embeddingScale?: number | undefined;
  /** Factor of the logits. Default 1. */
  readonly logitScale?: number | undefined;
  /** Logits are kept within this distance of 0, as `attention`'s scores are. Default not. */
  readonly logitSoftcap?: number | undefined;
  /** Whether the head has biases. Default false. */
  readonly headBias?: boolean;
  /** Tokens after the vocabulary, with embeddings and rows of the head of their own. Default 0. */
  readonly additionalTokens?: number | undefined;
  /** The originals' names of parts that are not LLaMA's. Default: none. */
  readonly names?: readonly CheckpointName[];
}

/** The model that options make, with as many layers and features as their types say. */
export type DecoderOf<O> = LanguageModel<LayersOf<O>, WidthOf<O>>;

/** A decoder of rotary positions, grouped heads and gated feed-forwards: LLaMA's, but for what its family says. */
export function rotaryDecoder(definition: RotaryDecoderDefinition): LanguageModel {
  const { family, options } = definition;
  const { dim, layers, heads, inner, vocabulary, contextLength } = options;
  const { tiedHead = definition.tiedHead ?? false } = options;
  const { keyValueHeads = heads, headDim = dim / heads } = options;
  const { attention = {}, feedForward = {}, layer, normPlaces = 'before' } = definition;
  const { residualScale = 1, embeddingScale = 1, logitScale = 1, logitSoftcap } = definition;
  const { additionalTokens = 0, headBias = false, names = [] } = definition;
  const ownNorm: NormKind = { kind: 'rms', epsilon: options.epsilon ?? 1e-6, ...definition.norm };
  const rotation = { ...rotationOf(options, headDim), ...definition.rotation };
  const blockOf = (kind: LayerKind) =>
    decoderLayer({
      ...{ dim, heads, keyValueHeads, headDim, inner },
      ...{ norm: ownNorm, normPlaces, residualScale },
      attention: {
        ...{ inputBias: false, outputBias: false, packed: false, turnsBeforeNorm: false },
        ...{ clip: undefined, scale: undefined, softcap: undefined },
        ...attention,
        rotation: kind.rotation === 'none' ? undefined : (kind.rotation ?? rotation),
        queryKeyNorm: attention.queryKeyNorm && { ...ownNorm, over: attention.queryKeyNorm },
      },
      feedForward: { activation: 'silu', bias: false, packed: false, gated: true, ...feedForward },
    });
  const blocks = Array.from({ length: layers }, (_, index) => {
    const kind = layer?.(index) ?? {};
    return { block: blockOf(kind), window: kind.window };
  });
  const parts = {
    embed_tokens: embedding(vocabulary, dim),
    layers: blocks.map(({ block }) => block),
    norm: norm(dim, ownNorm),
    ...(!tiedHead && { lm_head: linear(dim, vocabulary, { bias: headBias }) }),
    ...(tiedHead && headBias && { head: { bias: parameter([vocabulary], zeros) } }),
    ...(additionalTokens > 0 && { additional_embedding: embedding(additionalTokens, dim) }),
    ...(additionalTokens > 0 &&
      !tiedHead && { additional_fc: linear(dim, additionalTokens, { bias: false }) }),
  };
  const { embed_tokens, lm_head, head: tied, additional_embedding, additional_fc } = parts;
  const head = (read: Tensor): Tensor => {
    const unbiased = lm_head?.(read) ?? tiedLogits(read, embed_tokens);
    const own = tied === undefined ? unbiased : add(unbiased, tied.bias);
    if (additional_embedding === undefined) return own;
    return concat([own, additional_fc?.(read) ?? tiedLogits(read, additional_embedding)], 1);
  };
  return decoder({
    ...{ family, options, parts, blocks, keyValueHeads, headDim },
    vocabulary: vocabulary + additionalTokens,
    checkpointNames: [...names, ...decoderNames(tiedHead)],
    embed(tokens) {
      const embedded =
        additional_embedding === undefined
          ? embed_tokens(tokens)
          : embedWithAdditional(tokens, vocabulary, embed_tokens, additional_embedding);
      return scaled(embedded, embeddingScale);
    },
    layer: ({ block, window }, x, places, past) =>
      block(x, seen(places, window, contextLength), places.positions, past.key, past.value),
    logits(x) {
      const logits = scaled(head(parts.norm(x)), logitScale);
      return logitSoftcap === undefined ? logits : multiply(tanh(divide(logits, logitSoftcap)), logitSoftcap);
    },
  });
}

/** How a decoder of these options turns queries and keys. */
function rotationOf(
  { rotaryBase = 10_000, rotaryScaling, rotaryShare = 1 }: RotaryDecoderOptions,
  headDim: number,
): Rotation {
  return {
    base: rotaryBase,
    ...(rotaryShare !== 1 && { dim: Math.trunc(headDim * rotaryShare) }),
    ...(rotaryScaling && { scaling: rotaryScaling }),
  };
}

/** Which keys each token sees within a window; one as long as the context hides none. */
function seen(
  { visible, positions, keyPositions }: TextPlaces,
  window: number | undefined,
  context: number,
): Tensor {
  if (window === undefined || window >= context) return visible;
  return and(visible, slidingWindowMask(positions, keyPositions, window));
}

const scaled = (x: Tensor, factor: number): Tensor => (factor === 1 ? x : multiply(x, factor));

/** transformers' names: the model with its head, alone (`LlamaModel`), and as the language model of one that sees. */
function decoderNames(tiedHead: boolean): readonly CheckpointName[] {
  // A head that is the embeddings may be stored as a copy of them.
  const head = `language.${tiedHead ? 'embed_tokens' : 'lm_head'}.weight`;
  const heads = ['lm_head.weight', 'language_model.lm_head.weight'];
  const models = ['*', 'model.*', 'language_model.model.*', 'model.language_model.*'];
  return [
    ...heads.map((theirs) => ({ ours: head, theirs })),
    ...(tiedHead ? [{ ours: 'language.head.bias', theirs: 'lm_head.bias' }] : []),
    ...models.map((theirs) => ({ ours: 'language.*', theirs })),
  ];
}
