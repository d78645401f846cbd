import { z } from 'zod';
import { ModelError } from '../../dsl/index.ts';
import type { VisionEncoder } from '../shared/vision-encoder.ts';
import { channelDeviations, channelMeans, sizes } from './config-fields.ts';
import { firstProblems } from './first-problems.ts';
import { IMAGE_PROCESSORS } from './image-processor-registry.ts';
import { recordOf } from './original-config.ts';
import { defaultsOf, type OriginalName } from './original-defaults.ts';
import { sameJson, shownJson } from './same-json.ts';

/** PIL's numbers of the ways to resample. */
const RESAMPLING = { 0: 'nearest', 2: 'bilinear', 3: 'bicubic' } as const;

const side = sizes.pixels;
const square = z.union([side, z.looseObject({ height: side, width: side })]);
const on = z.literal(true).optional();
/** Whose a file is that names no class. */
const UNNAMED: OriginalName = 'clip_image_processor';

/** Fields that have the class's default, with what says so. */
const LEFT_OUT: Readonly<Record<string, readonly unknown[]>> = {
  resample: [undefined],
  image_mean: [undefined, null],
  image_std: [undefined, null],
};

/** `preprocessor_config.json` of Hugging Face's image processors. */
const schema = z.strictObject({
  do_resize: on,
  do_center_crop: z.boolean().optional(),
  do_normalize: on,
  do_rescale: on,
  // Pictures are always made red, green and blue here.
  do_convert_rgb: z.boolean().nullish(),
  rescale_factor: z
    .number()
    .refine((factor) => Math.abs(factor * 255 - 1) < 1e-6, 'only 1/255 is known')
    .optional(),
  size: z.union([square, z.looseObject({ shortest_edge: side })]).optional(),
  // Idefics' name of a size to stretch to, which counts before the other.
  image_size: square.optional(),
  image_num_channels: z.literal(3).optional(),
  crop_size: square.optional(),
  resample: z.literal([0, 2, 3], 'only 0, 2 and 3 are done: nearest, bilinear, bicubic'),
  image_mean: channelMeans,
  image_std: channelDeviations,
  // Names of classes, and what only says how Python passes the result on.
  feature_extractor_type: z.string().optional(),
  image_processor_type: z.string().optional(),
  processor_class: z.string().optional(),
  return_tensors: z.unknown().optional(),
  data_format: z.unknown().optional(),
  input_data_format: z.unknown().optional(),
  device: z.unknown().optional(),
  default_to_square: z.boolean().optional(),
  _valid_processor_keys: z.unknown().optional(),
});

/** What a `preprocessor_config.json` says, and the sides in pixels that follow from it; undefined where they are unequal. */
function read(config: unknown) {
  const result = schema.safeParse(meant(config));
  if (!result.success) {
    const problems = result.error.issues.map(({ path, message, ...issue }) =>
      issue.code === 'unrecognized_keys'
        ? `${issue.keys.slice(0, 12).join(', ').slice(0, 300)} not known to this project`
        : `${path.join('.') || 'it'} is ${shownJson(valueAt(config, path))} (${message})`,
    );
    throw new ModelError(
      `The preprocessor_config.json asks for what this project does not do: ${firstProblems(problems)}.`,
    );
  }
  const given = result.data;
  const name = nameOf(given);
  const size = given.image_size ?? given.size;
  if (size === undefined) {
    throw new ModelError(
      'The preprocessor_config.json says neither size nor image_size, so it is not known how large pictures become.',
    );
  }
  const cropped = given.do_center_crop ?? given.crop_size !== undefined;
  // A lone number is the shortest edge in CLIP's files, and in old ones where a crop follows.
  const lone = typeof given.size === 'number' && given.image_size === undefined;
  const edge =
    typeof size === 'object' && 'shortest_edge' in size
      ? Number(size.shortest_edge)
      : lone && (cropped || /^CLIP/.test(name))
        ? sideOf(size)
        : undefined;
  const resized = edge ?? sideOf(size);
  const final = cropped ? sideOf(given.crop_size ?? size) : resized;
  return { given, cropped, edge, resized, final };
}

/**
 * Height and width of the pixels that a `preprocessor_config.json` makes; undefined where they are unequal.
 *
 * @throws ModelError for fields that are not honoured
 */
export function preparedSize(config: unknown): number | undefined {
  return read(config).final;
}

/**
 * How pictures become pixels, by a `preprocessor_config.json`.
 *
 * @param image the height and width that the encoder takes, which the file must agree with
 * @throws ModelError for fields that are not honoured, and for another size
 */
export function preprocessingFromConfig(config: unknown, image: number): VisionEncoder['preprocessing'] {
  const { given, cropped, edge, resized, final } = read(config);
  if (edge !== undefined && !cropped) {
    throw new ModelError(
      `The preprocessor_config.json resizes the shorter side of a picture to ${edge} and cuts nothing out (do_center_crop), so pictures are as long as they are, but the vision encoder takes squares of ${image}.`,
    );
  }
  if (resized === undefined || final !== image || resized < image) {
    const stages = cropped
      ? ` ${described(resized)} cropped to ${final ?? 'unequal sides'}`
      : ` ${described(resized)}`;
    throw new ModelError(
      `The preprocessor_config.json makes pictures of${stages}, but the vision encoder takes squares of ${image}${final === image ? ' and nothing is added around a picture' : ''}.`,
    );
  }
  return {
    resize: edge === undefined ? 'stretch' : 'shortest-edge',
    ...(resized > image && { resizeTo: resized }),
    ...(cropped && { cropStart: 'floor' }),
    interpolation: RESAMPLING[given.resample],
    mean: given.image_mean,
    std: given.image_std,
  };
}

function described(side: number | undefined): string {
  return side === undefined ? 'unequal sides' : `${side} pixels`;
}

function valueAt(config: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).find(([name]) => name === key.toString())?.[1]
        : undefined,
    config,
  );
}

/** What a class calls itself; nothing where the file does not say. */
function nameOf(fields: Readonly<Record<string, unknown>>): string {
  const name = fields.image_processor_type ?? fields.feature_extractor_type;
  return typeof name === 'string' ? name : '';
}

/**
 * The config without fields that this project does not know and that are at the original's default, or say nothing; with
 * those that have a meaning where they are left out.
 */
function meant(config: unknown): unknown {
  const fields = recordOf(config);
  if (fields === undefined) return config;
  const changing = Object.entries(fields).filter(
    ([field, value]) =>
      Object.hasOwn(schema.shape, field) ||
      !(
        value === null ||
        IMAGE_PROCESSORS.some(({ original }) =>
          defaultsOf(original, field).some((each) => sameJson(each, value)),
        )
      ),
  );
  const name = nameOf(fields);
  const original = IMAGE_PROCESSORS.find(({ className }) => name.startsWith(className))?.original ?? UNNAMED;
  const usual = Object.entries(LEFT_OUT)
    .filter(([field, saysNothing]) => saysNothing.includes(fields[field]))
    .map(([field]) => [field, [...defaultsOf(original, field), ...defaultsOf(UNNAMED, field)][0]] as const);
  return Object.fromEntries([...changing, ...usual]);
}

function sideOf(size: unknown): number | undefined {
  if (typeof size === 'number') return size;
  const found = square.safeParse(size);
  if (!found.success || typeof found.data === 'number') return undefined;
  return found.data.height === found.data.width ? found.data.height : undefined;
}
