import type { Dim } from '../../dsl/tensor.ts';
import type { GraphContract, PortContract } from '../contract.ts';
import type { MadeOfPictures } from '../media/way.ts';

/** The graph that writes whole answers. */
export const GENERATE = 'generate';

/** The one that does so from pixels. */
export const GENERATE_FROM_PIXELS = 'generate-from-pixels';

/** The picture, by its number among the pixels, that each row of what is made of pictures is of. */
export const ROW_PICTURES = 'row_pictures';

/** Inputs of the language graph in every way of media: text, its cache and the states of recurrences. */
const TEXT = /^(tokens|positions|attention_mask|wanted|past_(key|value)\.\d+|past_state\..+)$/;

/** Whether an input of the language graph belongs to its way of media. */
function isMediaInput({ name }: { readonly name: string }): boolean {
  return !TEXT.test(name);
}

/**
 * The graph `generate`, which reads what the language graph does and writes whole answers.
 *
 * @param language the language graph with a cache that grows
 */
export function generationContract({ inputs }: Pick<GraphContract, 'inputs'>): GraphContract {
  const integers = (...shape: readonly Dim[]): PortContract => ({ dtype: 'int64', shape });
  const numbers = (...shape: readonly Dim[]): PortContract => ({ dtype: 'float32', shape });
  const media = Object.entries(inputs).filter(([name]) => isMediaInput({ name }));
  const caches = Object.entries(inputs).filter(([name]) => name.startsWith('past_'));
  const next = media.map(([name, port]) => [`next.${name}`, withSizes(port, nextSize)] as const);
  const present = caches.map(
    ([name, port]) =>
      [
        name.replace('past_', 'present_'),
        withSizes(port, (dim, axis) => (axis === PLACES_AXIS && dim === 'past' ? 'present' : dim)),
      ] as const,
  );
  return {
    inputs: {
      ...inputs,
      wanted: integers('batch'),
      ...Object.fromEntries(next),
      max_new_tokens: integers('batch'),
      temperature: numbers('batch'),
      top_k: integers('batch'),
      top_p: numbers('batch'),
      random: integers('batch', 'draws'),
      stop_tokens: integers('stops'),
      suppressed_tokens: integers('suppressed'),
      padding_token: integers(1),
    },
    outputs: {
      new_tokens: integers('batch', 'written'),
      log_probabilities: numbers('batch', 'written'),
      lengths: integers('batch'),
      present_mask: { dtype: 'bool', shape: ['batch', 'present'] },
      ...Object.fromEntries(present),
    },
  };
}

/**
 * The graph `generate-from-pixels`: as `generate`, with pixels in the place of what is made of them.
 *
 * @param generate the contract of `generate`
 * @param vision that of the vision graph
 * @param made which inputs of the language graph are made of its outputs
 */
export function pixelsContract(
  generate: GraphContract,
  { inputs: pixels }: Pick<GraphContract, 'inputs'>,
  made: Readonly<Record<string, MadeOfPictures>>,
): GraphContract {
  const isMade = (name: string) => Object.hasOwn(made, name.replace(/^next\./, ''));
  const others = Object.entries(generate.inputs).filter(([name]) => !isMade(name));
  const byRows = Object.values(made).some(({ as }) => as === 'rows');
  const rows = (size: string): PortContract => ({ dtype: 'int64', shape: [size] });
  return {
    inputs: {
      ...pixels,
      ...(byRows && { [ROW_PICTURES]: rows('rows'), [`next.${ROW_PICTURES}`]: rows('next_rows') }),
      ...Object.fromEntries(others),
    },
    outputs: generate.outputs,
  };
}

/** The axis of places in `past_key.{i}` and `past_value.{i}`. */
const PLACES_AXIS = 2;

/** A size for one token of each row behind the prompt: those that a layout chooses are others than the prompt's. */
function nextSize(dim: Dim): Dim {
  if (dim === 'text') return 1;
  return typeof dim === 'number' || dim === 'batch' ? dim : `next_${dim}`;
}

function withSizes({ dtype, shape }: PortContract, size: (dim: Dim, axis: number) => Dim): PortContract {
  const isOne = (dim: Dim | readonly Dim[]): dim is Dim => typeof dim === 'string' || typeof dim === 'number';
  return {
    dtype,
    shape: shape.map((dim, axis) => (isOne(dim) ? size(dim, axis) : dim.map((each) => size(each, axis)))),
  };
}
