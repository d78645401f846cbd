import * as onnxruntime from 'onnxruntime-node';
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
    attention_mask: bool(layout.attentionMask, [batch, past + text]),
    media_rows: int64(layout.mediaRows, [rows, chunk]),
    media_slots: int64(layout.mediaSlots, [batch, text]),
    has_media: bool(layout.hasMedia, [batch, text]),
    wanted: int64(layout.wanted, [layout.wanted.length]),
  };
}

/** Caches of the given shape, for a prefill without a past. */
export function emptyCache(layers: number, shape: readonly number[]): Feeds {
  const size = shape.reduce((product, each) => product * each, 1);
  const empty = () => new onnxruntime.Tensor('float32', new Float32Array(size), shape);
  return Object.fromEntries(
    Array.from({ length: layers }, (_, layer) => [
      [`past_key.${layer}`, empty()] as const,
      [`past_value.${layer}`, empty()] as const,
    ]).flat(),
  );
}

/** The caches that a call returned, as the next call takes them. */
export function pastFrom(results: Feeds): Feeds {
  return Object.fromEntries(
    Object.entries(results)
      .filter(([name]) => name.startsWith('present_'))
      .map(([name, tensor]) => [name.replace('present_', 'past_'), tensor]),
  );
}
