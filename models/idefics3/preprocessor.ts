import { z } from 'zod';
import { ModelError, type Preprocessing } from '../../dsl/index.ts';
import { channelDeviations, channelMeans, sizes } from '../configs/config-fields.ts';
import { originalConfig } from '../configs/original-config.ts';

/** PIL's numbers of the ways to resample. */
const RESAMPLING = { 0: 'nearest', 1: 'lanczos', 2: 'bilinear', 3: 'bicubic' } as const;

const longestEdge = z.looseObject({ longest_edge: sizes.pixels });
const on = z.literal(true);

const readPreprocessor = originalConfig({
  model: 'Idefics 3',
  subject: 'The preprocessor_config.json',
  original: 'idefics3_image_processor',
  read: {
    do_resize: on,
    do_rescale: on,
    do_normalize: on,
    rescale_factor: z.number().refine((factor) => Math.abs(factor * 255 - 1) < 1e-6, 'only 1/255 is known'),
    resample: z.literal([0, 1, 2, 3], 'only 0 to 3 are done: nearest, lanczos, bilinear, bicubic'),
    image_mean: channelMeans,
    image_std: channelDeviations,
    size: longestEdge,
    max_image_size: longestEdge,
    do_image_splitting: z.boolean(),
  },
  // Names of classes, what only says how Python passes the result on, and how videos are cut, which are not shown here. Padding is
  // of pictures of several sizes, and here all are squares.
  inert: `feature_extractor_type image_processor_type processor_class return_tensors data_format input_data_format device
    default_to_square do_convert_rgb do_pad pad_size return_row_col_info video_sampling _processor_class _valid_processor_keys`,
});

/** The most that the original resizes a picture to. */
const MOST_PIXELS = 4096;
const MOST_TILES = 64;

/** How pictures become pixels. */
export interface Idefics3Pictures {
  readonly preprocessing: Preprocessing;
  /** Most tiles that a picture is cut into; undefined: it is shown whole. */
  readonly tiles: number | undefined;
}

/**
 * What transformers' `Idefics3ImageProcessor` and `SmolVLMImageProcessor` do, by a `preprocessor_config.json`: a picture's longer side
 * becomes `size.longest_edge`, then it is cut into squares of `max_image_size.longest_edge`, or stretched to one.
 *
 * @param image the height and width that the encoder takes, which the file must agree with
 * @throws ModelError for fields that are not honoured, and for another size
 */
export function idefics3Pictures(config: unknown, image: number): Idefics3Pictures {
  const given = readPreprocessor(config);
  const { longest_edge: longest } = given.size;
  const { longest_edge: tile } = given.max_image_size;
  if (tile !== image) {
    throw new ModelError(
      `The preprocessor_config.json makes pictures of ${tile} pixels (max_image_size), but the vision encoder takes squares of ${image}.`,
    );
  }
  const tiles = Math.ceil(longest / image) ** 2;
  if (longest > MOST_PIXELS || (given.do_image_splitting && tiles > MOST_TILES)) {
    throw new ModelError(
      `The preprocessor_config.json resizes the longer side of a picture to ${longest} pixels, for ${tiles} tiles of ${image}, but at most ${MOST_PIXELS} and ${MOST_TILES} are done.`,
    );
  }
  return {
    preprocessing: {
      ...{ resize: 'stretch', longestEdge: longest, interpolation: RESAMPLING[given.resample] },
      ...{ mean: given.image_mean, std: given.image_std },
    },
    tiles: given.do_image_splitting ? tiles : undefined,
  };
}
