import * as onnxruntime from '../../runtime/onnx-runtime.ts';
import type { TextLayout } from '../../runtime/prompt/layout.ts';
import type { Feeds } from '../support/run-program.ts';

/** The index inputs of the language graph, as ONNX Runtime takes them. */
export function layoutFeeds(layout: TextLayout): Feeds {
  const { batch, text, past, rows, chunk } = layout;
  const int64 = (data: BigInt64Array, shape: readonly number[]) =>
    new onnxruntime.Tensor('int64', data, shape);
  const bool = (data: Uint8Array, shape: readonly number[]) => new onnxruntime.Tensor('bool', data, shape);
  return {
    tokens: int64(layout.tokens, [batch, text]),
    positions: int64(layout.positions, [batch, text]),
    attention_mask: bool(layout.attentionMask, [batch, text, past + text]),
    media_rows: int64(layout.mediaRows, [rows, chunk]),
    media_slots: int64(layout.mediaSlots, [batch, text]),
    has_media: bool(layout.hasMedia, [batch, text]),
    wanted: int64(layout.wanted, [layout.wanted.length]),
  };
}
