import { z } from 'zod';
import { only } from '../configs/config-fields.ts';
import { type WindowConfig, windowFields, windowsOf } from '../configs/layer-windows.ts';
import { originalConfig } from '../configs/original-config.ts';
import { rmsDecoderFields, rmsDecoderOptions } from '../configs/rotary-decoder-fields.ts';
import type { WindowOptions } from '../rotary-decoder/windows.ts';
import type { Qwen2Options } from './qwen2.ts';

const MODEL = 'Qwen2';

/** The fields that say which layers of a Qwen have windows. */
export const qwenWindowFields = {
  ...windowFields,
  use_sliding_window: z.boolean(),
  /** The first layer that has one. */
  max_window_layers: z.int().min(0),
};

const readConfig = originalConfig({
  model: MODEL,
  original: 'qwen2',
  read: {
    ...rmsDecoderFields,
    ...qwenWindowFields,
    // Of Qwen2.5's files: positions in three directions, which Qwen2-VL has.
    use_mrope: only(false),
  },
  inert: 'attention_dropout',
});

/** The options of Hugging Face's `Qwen2Config`: Qwen2, Qwen2.5. */
export function qwen2FromConfig(config: unknown, notes?: string[]): Qwen2Options {
  const given = readConfig(config, notes);
  return {
    ...rmsDecoderOptions(MODEL, given, config, notes),
    ...qwenWindows(MODEL, given),
  };
}

/** {@link qwenWindowFields}, read. */
export interface QwenWindowConfig extends WindowConfig {
  readonly use_sliding_window: boolean;
  readonly max_window_layers: number;
}

/** The windows of a Qwen's layers: none, unless the config asks for them. */
export function qwenWindows(model: string, given: QwenWindowConfig): WindowOptions {
  const { use_sliding_window: asked, max_window_layers: first, sliding_window } = given;
  return windowsOf(
    model,
    { ...given, sliding_window: asked ? sliding_window : null },
    (layer) => layer >= first,
  );
}
