import { z } from 'zod';
import type { Activation } from '../shared/activation.ts';

/** A whole number from 1 up to a limit. */
const upTo = (limit: number) => z.int().min(1).max(limit, `at most ${limit} is taken`);

/**
 * Sizes that a config may ask for. Each limit is above every published model of these kinds (126 layers, widths of
 * 53,248, vocabularies of 262,144, 10 million positions) and keeps a damaged or hostile file from taking memory or time.
 */
export const sizes = {
  /** Layers or blocks, one after the other: each makes nodes of the graph. */
  layers: upTo(512),
  /** Features, heads, or what else is a side of a weight. */
  width: upTo(2 ** 18),
  vocabulary: upTo(2 ** 24),
  positions: upTo(2 ** 30),
  /** Height and width of a picture, or of a patch of it. */
  pixels: upTo(2 ** 13),
} as const;

/** A number above 0: a rotary base, a factor. */
export const positive = z.number().positive();

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
