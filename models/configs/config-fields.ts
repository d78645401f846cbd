import { z } from 'zod';
import { LIMITS, type Limit } from '../../dsl/limits.ts';
import type { Activation } from '../shared/activation.ts';

/** A whole number from 1 up to a limit. */
const upTo = ({ most }: Limit) => z.int().min(1).max(most, `at most ${most} is taken`);

/** Sizes that a config may ask for, each bounded, so that a damaged or hostile file takes neither memory nor time. */
export const sizes = {
  /** Layers or blocks, one after the other. */
  layers: upTo(LIMITS.modelLayers),
  /** Features, heads, or what else is a side of a weight. */
  width: upTo(LIMITS.modelWidth),
  vocabulary: upTo(LIMITS.modelVocabulary),
  positions: upTo(LIMITS.modelPositions),
  /** Height and width of a picture, or of a patch of it. */
  pixels: upTo(LIMITS.modelPixels),
} as const;

/** A number above 0: a rotary base, a factor. */
export const positive = z.number().positive();

/** Means of a picture's red, green and blue, and their deviations. */
export const channelMeans = z.tuple([z.number(), z.number(), z.number()]);
export const channelDeviations = z.tuple([positive, positive, positive]);

/** A field that may be left out or null, and is `value` then. */
export function orElse<S extends z.ZodType>(schema: S, value: z.output<S>) {
  return schema.nullish().transform((given) => given ?? value);
}

/** A field of which this project knows one value, which is also what a missing field means. */
export function only<const V extends string | number | boolean>(value: V) {
  return z.literal(value).nullish();
}

const ACTIVATIONS: ReadonlyMap<string, Activation> = new Map([
  ['gelu', 'gelu'],
  // Three ways to write the tanh approximation.
  ['gelu_new', 'gelu-tanh'],
  ['gelu_fast', 'gelu-tanh'],
  ['gelu_pytorch_tanh', 'gelu-tanh'],
  ['quick_gelu', 'quick-gelu'],
  ['relu', 'relu'],
  ['silu', 'silu'],
  ['swish', 'silu'],
]);

/** transformers' name of an activation, as this project's. */
export const activationName = z.string().transform((name, context): Activation => {
  const activation = ACTIVATIONS.get(name);
  if (activation !== undefined) return activation;
  context.addIssue(`known activations are ${[...ACTIVATIONS.keys()].join(', ')}`);
  return z.NEVER;
});
