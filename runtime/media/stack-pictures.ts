import { Tensor } from 'onnxruntime-common';
import type { TextLayout } from '../prompt/layout.ts';
import type { EncodedMedia } from './way.ts';

/**
 * What the vision graph gave for several pictures, as inputs of the language graph: each name `[rows, ...shape]`, one row
 * a picture in the order given; without pictures one row of zeros, which no token looks at.
 */
export function stackPictures(
  pictures: readonly EncodedMedia[],
  names: readonly string[],
  shape: readonly number[],
): Record<string, Tensor> {
  return Object.fromEntries(names.map((name) => [name, stackOutput(pictures, name, shape)]));
}

/** One output of the vision graph for several pictures, `[rows, ...shape]`. */
export function stackOutput(
  pictures: readonly EncodedMedia[],
  name: string,
  shape: readonly number[],
): Tensor {
  const size = shape.reduce((product, each) => product * each, 1);
  const rows = Math.max(1, pictures.length);
  const data = new Float32Array(rows * size);
  for (const [row, picture] of pictures.entries()) {
    const part = picture[name];
    if (part?.data.length !== size) {
      throw new Error(`an encoded image has ${part?.data.length} values of ${name} and ${size} are needed`);
    }
    data.set(part.data, row * size);
  }
  return new Tensor('float32', data, [rows, ...shape]);
}

/** `media_key.0`, `media_value.0`, `media_key.1`, … */
export function keyValueNames(layers: number): string[] {
  return Array.from({ length: layers }, (_, layer) => [`media_key.${layer}`, `media_value.${layer}`]).flat();
}

/** The picture of a prompt by its number in it. */
export function pictureAt(
  media: readonly (readonly EncodedMedia[])[],
  prompt: number,
  index: number,
): EncodedMedia {
  const picture = media[prompt]?.[index];
  if (picture !== undefined) return picture;
  throw new Error(
    `prompt ${prompt} has more image tokens than images, of which there are ${media[prompt]?.length ?? 0}`,
  );
}

/** @throws Error for a prompt that is read whole, and has not as many `<image>` tokens as pictures */
export function requireWholePrompts(
  { sequences }: TextLayout,
  media: readonly (readonly EncodedMedia[])[],
  image: number | null,
): void {
  for (const [prompt, { tokens, before }] of sequences.entries()) {
    const marks = tokens.filter((token) => token === image).length;
    const images = media[prompt]?.length ?? 0;
    if (before === undefined && marks !== images)
      throw new Error(`prompt ${prompt} has ${marks} image tokens and ${images} images`);
  }
}
