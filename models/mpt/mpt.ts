import {
  add,
  alibi,
  attention,
  block,
  type CheckedOptions,
  type CheckpointName,
  checkOptions,
  chunk,
  type Draft,
  embedding,
  gelu,
  type KnownOptions,
  layerNorm,
  linear,
  maximum,
  minimum,
  multiply,
  product,
} from '../../dsl/index.ts';
import { decoder, tiedLogits } from '../shared/decoder.ts';
import { DECODER_SIZES } from '../shared/decoder-sizes.ts';
import type { LanguageModel, LayersOf } from '../shared/language-model.ts';
import type { WidthOf } from '../shared/vision-encoder.ts';

interface MptBlockOptions {
  readonly queryKeyNorm: boolean;
  readonly clip: number | undefined;
  readonly scale: number | undefined;
}

/** Pre-norm self-attention under ALiBi, then a two-layer perceptron; both residual, nothing has a bias. */
const mptBlock = block('MptBlock', {
  sizes: ['dim', 'heads', 'headDim', 'inner'],
  takes: [
    'batch text dim',
    'batch 1 text past+text: bool',
    'batch heads text past+text',
    'batch heads past headDim',
    'batch heads past headDim',
  ],
  gives: ['batch text dim', 'batch heads text headDim', 'batch heads text headDim'],
  parts: ({ dim, inner }, { queryKeyNorm }: MptBlockOptions) => ({
    norm_1: layerNorm(dim, { bias: false }),
    attn: {
      Wqkv: linear(dim, product(3, dim), { bias: false }),
      ...(queryKeyNorm && { q_ln: layerNorm(dim, { bias: false }), k_ln: layerNorm(dim, { bias: false }) }),
      out_proj: linear(dim, dim, { bias: false }),
    },
    norm_2: layerNorm(dim, { bias: false }),
    ffn: { up_proj: linear(dim, inner, { bias: false }), down_proj: linear(inner, dim, { bias: false }) },
  }),
  forward: ({ parts, sizes, options }, x, visible, bias, pastKey, pastValue) => {
    const { Wqkv, q_ln, k_ln, out_proj } = parts.attn;
    const projected = Wqkv(parts.norm_1(x));
    const { clip, scale } = options;
    const [query, key, value] = chunk(
      clip === undefined ? projected : maximum(minimum(projected, clip), -clip),
      3,
    );
    const attended = attention(q_ln ? q_ln(query) : query, k_ln ? k_ln(key) : key, value, {
      heads: sizes.heads,
      mask: visible,
      bias,
      past: { key: pastKey, value: pastValue },
      ...(scale !== undefined && { scale }),
    });
    const first = add(x, out_proj(attended.result));
    const second = parts.ffn.down_proj(gelu(parts.ffn.up_proj(parts.norm_2(first))));
    return [add(first, second), attended.newKey, attended.newValue];
  },
});

export interface MptOptions {
  readonly dim: number;
  readonly layers: number;
  /** Divides `dim`. */
  readonly heads: number;
  /** Width of the feed-forward; default 4 dim. */
  readonly inner?: number;
  readonly vocabulary: number;
  readonly contextLength: number;
  /** The exponent of ALiBi's steepest slope; default 8. */
  readonly alibiBiasMax?: number;
  /** A layer norm on queries and on keys, over all heads together: MPT-1B has them. Default false. */
  readonly queryKeyNorm?: boolean;
  /** Queries, keys and values are kept within this distance of 0; default not. */
  readonly clip?: number;
  /** Factor of the attention scores; default `1 / sqrt(dim / heads)`. */
  readonly scale?: number;
  /** Factor of the logits; default 1. */
  readonly logitScale?: number;
  /** The token embeddings are the head; default true. */
  readonly tiedHead?: boolean;
}

const KNOWN: KnownOptions<MptOptions> = {
  ...DECODER_SIZES,
  alibiBiasMax: 'a number',
  queryKeyNorm: 'true or false',
  clip: 'a number',
  scale: 'a number',
  logitScale: 'a number',
  tiedHead: 'true or false',
};

/** MosaicML's published sizes, their vocabulary without the tokens that a Flamingo adds. */
export const mptSizes = {
  /** `mosaicml/mpt-1b-redpajama-200b` and its `-dolly`, which are of the older class MosaicGPT. */
  '1b': { dim: 2048, layers: 24, heads: 16, vocabulary: 50_368, contextLength: 2048, queryKeyNorm: true },
  '7b': { dim: 4096, layers: 32, heads: 32, vocabulary: 50_432, contextLength: 2048 },
  '30b': { dim: 7168, layers: 48, heads: 64, vocabulary: 50_432, contextLength: 8192 },
} as const satisfies Readonly<Record<string, MptOptions>>;

/**
 * MosaicML's decoder: no positions but ALiBi's biases on the scores, pre-norm layers, no biases, a head tied to the
 * token embeddings unless told otherwise. llm-foundry's `MPTForCausalLM` and transformers' `MptForCausalLM` (which leaves out the norms of
 * queries and keys and the scale of logits).
 */
export function mpt<const O extends Draft<MptOptions>>(
  options: CheckedOptions<'mpt', MptOptions, ['heads divides dim'], O>,
): LanguageModel<LayersOf<O>, WidthOf<O>>;
export function mpt<O extends MptOptions>(given: O): LanguageModel {
  const options: MptOptions = given;
  checkOptions(mpt, options, ['heads divides dim'], KNOWN);
  const { dim, layers, heads, vocabulary, alibiBiasMax = 8, inner = 4 * dim } = options;
  const { queryKeyNorm = false, clip, scale, logitScale = 1, tiedHead = true } = options;
  const headDim = dim / heads;
  const parts = {
    wte: embedding(vocabulary, dim),
    blocks: Array.from({ length: layers }, () =>
      mptBlock({ dim, heads, headDim, inner, queryKeyNorm, clip, scale }),
    ),
    norm_f: layerNorm(dim, { bias: false }),
    ...(!tiedHead && { lm_head: linear(dim, vocabulary, { bias: false }) }),
  };
  return decoder({
    family: 'mpt',
    options,
    parts,
    blocks: parts.blocks,
    checkpointNames: [...mptNames, ...(tiedHead ? tiedHeadNames : headNames)],
    embed: (tokens) => parts.wte(tokens),
    layer(block, x, { visible, positions, keyPositions }, past) {
      const bias = alibi(positions, keyPositions, heads, alibiBiasMax);
      return block(x, visible, bias, past.key, past.value);
    },
    logits(x) {
      const read = parts.norm_f(x);
      return multiply(parts.lm_head?.(read) ?? tiedLogits(read, parts.wte), logitScale);
    },
  });
}

/** The names of MPT's own class, with its bare `MptModel`, of MosaicGPT before it (MPT-1B), and of either inside an OpenFlamingo checkpoint. */
const mptNames: readonly CheckpointName[] = [
  { ours: 'language.blocks.*.norm_*', theirs: 'language.blocks.*.ln_*' },
  { ours: 'language.blocks.*.ffn.*_proj.weight', theirs: 'language.blocks.*.mlp.mlp_*.weight' },
  { ours: 'language.norm_f.*', theirs: 'language.ln_f.*' },
  { ours: 'language.*', theirs: '*' },
  { ours: 'language.*', theirs: 'transformer.*' },
];
const headNames: readonly CheckpointName[] = [{ ours: 'language.lm_head.weight', theirs: 'lm_head.weight' }];
/** A head that is the embeddings may be stored as a copy of them. */
const tiedHeadNames: readonly CheckpointName[] = [{ ours: 'language.wte.weight', theirs: 'lm_head.weight' }];
