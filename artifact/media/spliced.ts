import { z } from 'zod';
import { evaluateDim } from '../../dsl/shape/dim.ts';
import type { Dim } from '../../dsl/tensor.ts';
import { isSize } from '../size.ts';
import { languageContract, visionContract } from './language-contract.ts';
import { defineMediaWay } from './way.ts';

const count = z.number().int().positive();

/** Tokens of so many frames; 0 where frames are not all that there is to know. */
export function ofFrames(features: Dim, frames: number): number {
  return evaluateDim(features, new Map([['frames', frames]])) ?? 0;
}

/** A piece of text with one place for image tokens. */
const withImage = z.string().refine((text) => text.split('{image}').length === 2, 'not one {image}');

const textSchema = z.strictObject({
  alone: withImage,
  tile: z.exactOptional(withImage),
  afterRow: z.exactOptional(z.string()),
  whole: z.exactOptional(withImage),
});

/** Image features take places in the token sequence. */
export const splicedSchema = z.strictObject({
  way: z.literal('spliced'),
  /** Tokens that a picture takes: a number, or a size with `frames` where each frame or tile has its own. */
  features: z.union([
    count,
    z.string().refine((size) => (isSize(size) ? ofFrames(size, 1) : 0) > 0, 'no size of frames alone'),
  ]),
  /** Width of a feature: that of the language model. */
  dim: count,
  /** As `PictureText` says; left out: a picture is its tokens alone. */
  text: z.exactOptional(textSchema),
});

export const spliced = defineMediaWay(splicedSchema, ({ features, dim }) => {
  const ofOneFrame = ofFrames(features, 1);
  return {
    title: 'splicing image features into the text',
    pictures: true,
    contract: ({ language, image }) => ({
      vision: visionContract(image, { features: { dtype: 'float32', shape: ['images', features, dim] } }),
      language: languageContract(language, {
        image_features: { dtype: 'float32', shape: ['features', dim] },
        feature_slots: { dtype: 'int64', shape: ['batch', 'text'] },
        is_feature: { dtype: 'bool', shape: ['batch', 'text'] },
      }),
    }),
    madeOfPictures: { image_features: { output: 'features', as: 'places' } },
    sizes: () => ({ features: 1 }),
    bytesPerImage: 4 * ofOneFrame * dim,
    describe: () => [
      [
        'an image is',
        `${features} tokens of the text${typeof features === 'string' ? `, ${ofOneFrame} for one frame` : ''}`,
      ],
    ],
  };
});
