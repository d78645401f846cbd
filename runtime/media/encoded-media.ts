import type { Tensor } from 'onnxruntime-common';

/**
 * What the vision graph made of one image or video, by the names of its outputs, without the axis of images; of a picture that was
 * cut into tiles `grid` too.
 */
export type EncodedMedia = Readonly<Record<string, EncodedPart>>;

/** `data` is empty for a picture that is no longer looked at, of which the shapes are kept. */
export type EncodedPart = { readonly data: Float32Array; readonly shape: readonly number[] };

/** Inputs of the language graph by their names. */
export type Feeds = Readonly<Record<string, Tensor>>;

const GRID = 'grid';

/** What is known of a picture that was cut: the shape of its `grid` is rows and columns of tiles; it has no values. */
export function withGrid(picture: EncodedMedia, rows: number, columns: number): EncodedMedia {
  return { ...picture, [GRID]: { data: new Float32Array(rows * columns), shape: [rows, columns] } };
}

/** Rows and columns of a picture's tiles; undefined for one that was not cut. */
export function gridOf(picture: EncodedMedia): readonly [rows: number, columns: number] | undefined {
  const [rows, columns] = picture[GRID]?.shape ?? [];
  return rows === undefined || columns === undefined ? undefined : [rows, columns];
}
