import {
  type Packing,
  type PackingTokens,
  packContinuations,
  packingFeeds,
  packPrompts,
} from '../../runtime/media/packing.ts';
import {
  type Continuation,
  type DecodeOptions,
  layoutDecode,
  layoutPrefill,
  type PrefillOptions,
  type TextLayout,
  textFeeds,
} from '../../runtime/prompt/layout.ts';
import type { Feeds } from '../support/run-program.ts';

/** Whole prompts, packed by the image that each token looks at. */
export function packedPrefill(
  prompts: readonly (readonly number[])[],
  options: PrefillOptions & PackingTokens,
) {
  const layout = layoutPrefill(prompts, options);
  return { ...layout, ...packPrompts(layout, options) };
}

/** Continuations, of which each looks at one of so many rows of images. */
export function packedDecode(
  sequences: readonly (Continuation & { readonly row: number | null })[],
  { rows, ...options }: DecodeOptions & { readonly rows: number },
) {
  const layout = layoutDecode(sequences, options);
  const packing = packContinuations(
    layout,
    sequences.map(({ row }) => row),
    rows,
  );
  return { ...layout, ...packing };
}

/** The index inputs of the language graph, as ONNX Runtime takes them. */
export function layoutFeeds(layout: TextLayout & Packing): Feeds {
  return { ...textFeeds(layout), ...packingFeeds(layout, layout) };
}
