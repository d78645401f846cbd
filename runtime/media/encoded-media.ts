import type { Tensor } from 'onnxruntime-common';

/** What the vision graph made of one image or video, by the names of its outputs, without the axis of images. */
export type EncodedMedia = Readonly<Record<string, EncodedPart>>;

/** `data` is empty for a picture that is no longer looked at, of which the shapes are kept. */
export type EncodedPart = { readonly data: Float32Array; readonly shape: readonly number[] };

/** Inputs of the language graph by their names. */
export type Feeds = Readonly<Record<string, Tensor>>;
