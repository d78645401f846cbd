import { z } from 'zod';
import { only, positive } from '../configs/config-fields.ts';
import { windowFields, windowsOf } from '../configs/layer-windows.ts';
import { originalConfig } from '../configs/original-config.ts';
import { rmsDecoderFields, rmsDecoderOptions } from '../configs/rotary-decoder-fields.ts';
import type { Gemma2Options } from './gemma2.ts';

const MODEL = 'Gemma 2';

/** The fields that Gemma 2 and 3 have beside those of LLaMA. */
export const gemmaFields = {
  ...windowFields,
  hidden_activation: z.literal('gelu_pytorch_tanh'),
  // Published beside it; no release looks at it.
  hidden_act: only('gelu_pytorch_tanh'),
  attention_bias: z.boolean(),
  query_pre_attn_scalar: positive,
  attn_logit_softcapping: positive.nullish(),
  final_logit_softcapping: positive.nullish(),
};

const readConfig = originalConfig({
  model: MODEL,
  original: 'gemma2',
  read: { ...rmsDecoderFields, ...gemmaFields },
  inert: 'attention_dropout cache_implementation',
});

/** The options of Hugging Face's `Gemma2Config`. */
export function gemma2FromConfig(config: unknown, notes?: string[]): Gemma2Options {
  const given = readConfig(config, notes);
  return {
    ...rmsDecoderOptions(MODEL, given, config, notes),
    ...windowsOf(MODEL, given, (layer) => layer % 2 === 0),
    ...gemmaOptions(given),
  };
}

/** {@link gemmaFields}, read. */
interface GemmaConfig {
  readonly attention_bias: boolean;
  readonly query_pre_attn_scalar: number;
  readonly attn_logit_softcapping?: number | null | undefined;
  readonly final_logit_softcapping?: number | null | undefined;
}

/** The options that they are. */
export function gemmaOptions({
  attention_bias,
  query_pre_attn_scalar,
  attn_logit_softcapping: scoreSoftcap,
  final_logit_softcapping: logitSoftcap,
}: GemmaConfig): Pick<Gemma2Options, 'attentionBias' | 'scale' | 'scoreSoftcap' | 'logitSoftcap'> {
  return {
    attentionBias: attention_bias,
    scale: 1 / Math.sqrt(query_pre_attn_scalar),
    ...(scoreSoftcap && { scoreSoftcap }),
    ...(logitSoftcap && { logitSoftcap }),
  };
}
