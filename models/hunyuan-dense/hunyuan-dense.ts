import {
  type CheckedOptions,
  type CheckpointName,
  checkOptions,
  type Draft,
  type KnownOptions,
} from '../../dsl/index.ts';
import { type DecoderOf, rotaryDecoder } from '../rotary-decoder/rotary-decoder.ts';
import {
  type HeadRequirements,
  headRequirements,
  ROTARY_DECODER,
  type RotaryDecoderOptions,
} from '../rotary-decoder/rotary-decoder-options.ts';

export interface HunyuanDenseOptions extends RotaryDecoderOptions {
  /** Biases of the attention's projections; default false. */
  readonly attentionBias?: boolean;
}

const KNOWN: KnownOptions<HunyuanDenseOptions> = { ...ROTARY_DECODER, attentionBias: 'true or false' };

/**
 * The decoder of Tencent's Hunyuan (not the mixtures of experts): LLaMA's with norms of every head's queries and keys after they have
 * turned. Epsilon is 1e-5 unless told otherwise. Hugging Face `HunYuanDenseV1ForCausalLM`.
 */
export function hunyuanDense<const O extends Draft<HunyuanDenseOptions>>(
  options: CheckedOptions<'hunyuanDense', HunyuanDenseOptions, HeadRequirements<O>, O>,
): DecoderOf<O>;
export function hunyuanDense<O extends HunyuanDenseOptions>(given: O): DecoderOf<HunyuanDenseOptions> {
  const options: HunyuanDenseOptions = given;
  checkOptions(hunyuanDense, options, headRequirements(options), KNOWN);
  const { epsilon = 1e-5, attentionBias = false } = options;
  return rotaryDecoder({
    ...{ family: 'hunyuan-dense', options, norm: { epsilon }, names },
    attention: {
      ...{ inputBias: attentionBias, outputBias: attentionBias },
      ...{ queryKeyNorm: 'a head', turnsBeforeNorm: true },
    },
  });
}

/** Where `HunYuanDenseV1ForCausalLM` has other names than LLaMA. */
const names: readonly CheckpointName[] = [
  { ours: 'language.layers.*.self_attn.q_norm.*', theirs: 'language.layers.*.self_attn.query_layernorm.*' },
  { ours: 'language.layers.*.self_attn.k_norm.*', theirs: 'language.layers.*.self_attn.key_layernorm.*' },
];
