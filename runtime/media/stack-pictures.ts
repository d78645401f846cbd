import { Tensor } from '../onnx-runtime.ts';
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
  const size = shape.reduce((product, each) => product * each, 1);
  const rows = Math.max(1, pictures.length);
  const feeds: Record<string, Tensor> = {};
  for (const name of names) {
    const data = new Float32Array(rows * size);
    for (const [row, picture] of pictures.entries()) {
      const part = picture[name];
      if (part?.data.length !== size) {
        throw new Error(`an encoded image has ${part?.data.length} values of ${name} and ${size} are needed`);
      }
      data.set(part.data, row * size);
    }
    feeds[name] = new Tensor('float32', data, [rows, ...shape]);
  }
  return feeds;
}

/** `media_key.0`, `media_value.0`, `media_key.1`, … */
export function keyValueNames(layers: number): string[] {
  return Array.from({ length: layers }, (_, layer) => [`media_key.${layer}`, `media_value.${layer}`]).flat();
}
