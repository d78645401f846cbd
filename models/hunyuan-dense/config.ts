import { z } from 'zod';
import { only } from '../configs/config-fields.ts';
import { originalConfig, recordOf } from '../configs/original-config.ts';
import { rmsDecoderFields, rmsDecoderOptions } from '../configs/rotary-decoder-fields.ts';
import type { HunyuanDenseOptions } from './hunyuan-dense.ts';

const MODEL = 'Hunyuan';

const readConfig = originalConfig({
  model: MODEL,
  original: 'hunyuan_v1_dense',
  read: {
    ...rmsDecoderFields,
    attention_bias: z.boolean(),
    // Of the published files, which the class does not look at.
    mlp_bias: only(false),
    norm_type: only('rms'),
    use_cla: only(false),
    use_qk_norm: only(true),
    use_rotary_pos_emb: only(true),
  },
  // From the third on: of the published files, of tokens and heads that the class does not have.
  inert: `attention_dropout pretraining_tp eod_token_id pad_id eod_id im_start_id im_end_id im_newline_id text_start_id text_end_id
    mask_init_id org_vocab_size add_classification_head class_num pool_type dense_list attention_head_dim cla_share_factor`,
});

/** The options of Hugging Face's `HunYuanDenseV1Config`: Hunyuan 0.5B to 7B. */
export function hunyuanDenseFromConfig(config: unknown, notes?: string[]): HunyuanDenseOptions {
  const { alpha, plain } = withoutAlpha(config);
  const given = readConfig(plain, notes);
  const options = rmsDecoderOptions(MODEL, given, plain, notes);
  const { rotaryBase = 10_000, headDim = options.dim / options.heads } = options;
  return {
    ...options,
    ...(alpha !== undefined && { rotaryBase: rotaryBase * alpha ** (headDim / (headDim - 2)) }),
    attentionBias: given.attention_bias,
  };
}

/**
 * A config whose scaling is `dynamic` with an `alpha`, which is a larger rotary base for prompts of any length, as one without a
 * scaling, and the `alpha`. What else stands beside it the class does not look at.
 */
function withoutAlpha(config: unknown): { readonly alpha?: number; readonly plain: unknown } {
  for (const field of ['rope_parameters', 'rope_scaling']) {
    const said = recordOf(recordOf(config)?.[field]);
    const { alpha } = said ?? {};
    const kind = said?.rope_type ?? said?.type;
    if (kind === 'dynamic' && typeof alpha === 'number' && alpha > 0) {
      const { rope_theta } = said ?? {};
      return {
        alpha,
        plain: {
          ...recordOf(config),
          [field]: { rope_type: 'default', ...(rope_theta !== undefined && { rope_theta }) },
        },
      };
    }
  }
  return { plain: config };
}
