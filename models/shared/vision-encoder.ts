import type { CheckpointName, KnownOptions, Tensor } from '../../dsl/index.ts';

/** A frozen vision encoder as `flamingo` uses it: one frame in, a row of features out. */
export interface VisionEncoder<Width extends number = number> {
  readonly family: string;
  /** Height and width of the input in pixels. */
  readonly image: number;
  /** Features per frame. */
  readonly tokens: number;
  /** Width of a feature. */
  readonly dim: Width;
  /** How files become pixels; values are from 0 to 1 before `mean` and `std`. */
  readonly preprocessing: {
    readonly resize: 'shortest-edge' | 'stretch';
    /** Pixels that the side, or both, are resized to before the centre is cut out; default `image`. */
    readonly resizeTo?: number;
    /** Where the crop starts when an odd number of pixels is cut away: `round` (torchvision; the default) or `floor` (transformers). */
    readonly cropStart?: 'round' | 'floor';
    readonly interpolation: 'bicubic' | 'bilinear' | 'nearest';
    readonly mean: readonly [number, number, number];
    readonly std: readonly [number, number, number];
  };
  readonly parts: object;
  readonly options: Readonly<Record<string, unknown>>;
  readonly checkpointNames: readonly CheckpointName[];
  /** pixels `[images, 3, image, image]` -> features `[images, tokens, dim]`. */
  encode(pixels: Tensor): Tensor;
}

/** What may be said of preprocessing, for run time. */
export const KNOWN_PREPROCESSING: KnownOptions<VisionEncoder['preprocessing']> = {
  resize: ['shortest-edge', 'stretch'],
  resizeTo: 'a whole number from 1 on',
  cropStart: ['round', 'floor'],
  interpolation: ['bicubic', 'bilinear', 'nearest'],
  mean: 'a list of numbers',
  std: 'a list of numbers',
};

/** The width that a family's options ask for, where the types can tell. */
export type WidthOf<O> = O extends { readonly dim: infer Width extends number } ? Width : number;
