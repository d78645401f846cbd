import type { CheckpointName, KnownOptions, Tensor } from '../../dsl/index.ts';
import type { Preprocessing } from '../../dsl/program/program.ts';

/** A frozen vision encoder as `flamingo` uses it: one frame in, a row of features out. */
export interface VisionEncoder<Width extends number = number> {
  readonly family: string;
  /** Height and width of the input in pixels. */
  readonly image: number;
  /** Features per frame. */
  readonly tokens: number;
  /** Width of a feature. */
  readonly dim: Width;
  readonly preprocessing: Preprocessing;
  readonly parts: object;
  readonly options: Readonly<Record<string, unknown>>;
  readonly checkpointNames: readonly CheckpointName[];
  /** pixels `[images, 3, image, image]` -> features `[images, tokens, dim]`. */
  encode(pixels: Tensor): Tensor;
}

/** What may be said of preprocessing, for run time. */
export const KNOWN_PREPROCESSING: KnownOptions<Preprocessing> = {
  resize: ['shortest-edge', 'stretch'],
  resizeTo: 'a whole number from 1 on',
  cropStart: ['round', 'floor'],
  longestEdge: 'a whole number from 1 on',
  interpolation: ['lanczos', 'bicubic', 'bilinear', 'nearest'],
  mean: 'a list of numbers',
  std: 'a list of numbers',
};

/** The width that a family's options ask for, where the types can tell. */
export type WidthOf<O> = O extends { readonly dim: infer Width extends number } ? Width : number;
