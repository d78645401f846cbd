import type { AnyBlock, MediaFacts, Tensor } from '../../dsl/index.ts';
import type { CrossAttentionSizes } from './cross-attention-sizes.ts';
import type { LanguageMediaMaker, TakeInput } from './language-graph.ts';

/** Sizes of the keys and values of an image's latents. */
export interface LatentSizes {
  readonly heads: number;
  readonly headDim: number;
  /** Per image. */
  readonly latents: number;
  /** Width of a latent. */
  readonly dim: number;
}

/** Keys and values of images, `[rows, heads, latents, headDim]` each. */
export interface KeysAndValues {
  readonly key: Tensor;
  readonly value: Tensor;
}

/**
 * How the text looks at pictures by cross-attention: a value that `flamingo({ media })` takes.
 * `Block` is its gated block, which every way gives inputs of its own.
 */
export interface CrossAttentionWay<Block extends object = object> {
  /** Makes one gated block; the parameters of all ways are the same. */
  block(sizes: CrossAttentionSizes): Block;
  /** The language graph's inputs, and the blocks on them. */
  media(blocks: ReadonlyMap<number, Block>, sizes: LatentSizes): LanguageMediaMaker;
  /** Keys and values of latents `[images, latents, dim]` for one block; left out where blocks make them themselves. */
  keysAndValues?(block: Block, latents: Tensor, heads: number): KeysAndValues;
  /** What the runtime must know. */
  facts(sizes: LatentSizes & { readonly layers: number }): MediaFacts;
  /**
   * The same for an author's block in the place of `block`; left out by a way that has none but its own.
   *
   * @throws ModelError for a block of another kind
   */
  withBlock?(block: AnyBlock): Omit<CrossAttentionWay<AnyBlock>, 'block'>;
}

/** Declares `media_key.{i}` and `media_value.{i}` for each of so many blocks, one row an image. */
export function takeKeysAndValues(
  take: TakeInput,
  count: number,
  { heads, headDim, latents }: Pick<LatentSizes, 'heads' | 'headDim' | 'latents'>,
): readonly KeysAndValues[] {
  const shape = ['rows', heads, latents, headDim];
  return Array.from({ length: count }, (_, index) => ({
    key: take(`media_key.${index}`, 'float32', shape),
    value: take(`media_value.${index}`, 'float32', shape),
  }));
}

/** Each layer's block with its keys and values; layers without a block are left out. */
export function byLayer<Block>(
  blocks: ReadonlyMap<number, Block>,
  images: readonly KeysAndValues[],
): ReadonlyMap<number, { readonly block: Block; readonly image: KeysAndValues }> {
  return new Map(
    [...blocks].flatMap(([layer, block], index) => {
      const image = images[index];
      return image === undefined ? [] : [[layer, { block, image }] as const];
    }),
  );
}
