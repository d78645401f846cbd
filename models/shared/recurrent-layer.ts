import { operationsUnder } from '../../dsl/graph.ts';
import { ModelError, type Tensor } from '../../dsl/index.ts';

/** The sizes of what a recurrence keeps of each sequence, by name: `{ h: [dim] }`. All are zero before the first token. */
export type StateSizes = Readonly<Record<string, readonly number[]>>;

/** States by name, float32 `[batch, ...sizes]`. */
export type States = Readonly<Record<string, Tensor>>;

/** Which of the new tokens count, and where they stand. */
export interface RecurrentPlaces {
  /**
   * bool `[batch, text]`: the tokens that are there; the others are padding, before or behind them, and must leave a state
   * as it is.
   */
  readonly real: Tensor;
  /** int64 `[batch, text]`: the new tokens' places among the real tokens of their sequence, from 0. */
  readonly positions: Tensor;
}

/**
 * A decoder layer that is a recurrence: it keeps states of a fixed size in the place of the keys and values of all tokens.
 * The runtime keeps them with the cache, from the prompt to its answer and from token to token.
 */
export interface RecurrentLayer {
  readonly states: StateSizes;
  /**
   * x `[batch, text, dim]` in and out, with the states before the first of the new tokens, and after the last of them that is
   * real.
   */
  forward(
    x: Tensor,
    places: RecurrentPlaces,
    states: States,
  ): { readonly x: Tensor; readonly states: States };
}

/** A recurrent layer whose states are known to the types by the names that it declares. */
export interface RecurrentLayerDefinition<Sizes extends StateSizes> {
  readonly states: Sizes;
  /** As `RecurrentLayer` has it. */
  forward(
    x: Tensor,
    places: RecurrentPlaces,
    states: { readonly [Name in keyof Sizes]: Tensor },
  ): { readonly x: Tensor; readonly states: { readonly [Name in keyof Sizes]: Tensor } };
}

/**
 * Makes a layer of a language model that is a recurrence.
 *
 *     recurrentLayer({
 *       states: { h: [width] },
 *       forward(x, { real }, { h }) {
 *         const [after, next] = mine(x, real, h);
 *         return { x: after, states: { h: next } };
 *       },
 *     })
 */
export function recurrentLayer<const Sizes extends StateSizes>(
  definition: RecurrentLayerDefinition<Sizes>,
): RecurrentLayer;
export function recurrentLayer(definition: RecurrentLayer): RecurrentLayer {
  return definition;
}

/**
 * Computes a recurrent layer.
 *
 * @param real is called for a tensor that nothing else of the graph reads
 * @throws ModelError where it gives other states than it has, or where padding changes one
 */
export function recur(
  index: number,
  { states, forward }: RecurrentLayer,
  x: Tensor,
  { real, positions }: { real(): Tensor; readonly positions: Tensor },
  before: States,
): { readonly x: Tensor; readonly states: States } {
  const own = real();
  const result = forward(x, { real: own, positions }, before);
  const [given, wanted] = [Object.keys(result.states), Object.keys(states)];
  if (given.toSorted().join() !== wanted.toSorted().join())
    throw new ModelError(
      `the recurrent layer ${index} has the states ${list(wanted)}, but it gives ${list(given)}; give each that it has`,
    );
  for (const [name, state] of Object.entries(result.states)) {
    const wanted = before[name];
    if (wanted !== undefined && describe(state) !== describe(wanted))
      throw new ModelError(
        `the state '${name}' of the recurrent layer ${index} must stay ${describe(wanted)}, but after the tokens it is ${describe(state)}`,
      );
    if (!reads(state, own))
      throw new ModelError(
        `the state '${name}' of the recurrent layer ${index} does not depend on 'real', so that padding would change it; keep what it was there, as where(real, next, before) does`,
      );
  }
  return result;
}

const list = (names: readonly string[]) => names.map((name) => `'${name}'`).join(', ') || 'none';

const describe = ({ dtype, shape }: Tensor) => `${dtype} [${shape.join(', ')}]`;

function reads(tensor: Tensor, other: Tensor): boolean {
  return operationsUnder([tensor]).some(({ inputs }) => inputs.includes(other));
}
