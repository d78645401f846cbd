import { atCallSite } from '../at-call-site.ts';
import { isFloat } from '../dtype.ts';
import { sentence } from '../errors/sentence.ts';
import { input } from '../input.ts';
import { describeShape, fail } from '../operator.ts';
import { CHANGED_STATE, STRAY_STATE } from '../sentences/scan.ts';
import { resolveAxis } from '../shape/axis.ts';
import { equalDims, equalShapes } from '../shape/dim.ts';
import type { Dim, Tensor } from '../tensor.ts';
import type {
  CheckedSequences,
  CheckedStates,
  ScannedOutputs,
  Slices,
  Tensors,
} from '../types/shape/scan.ts';
import { applyScan } from './shared/scan-operator.ts';

export interface ScanDefinition<
  S extends Tensors,
  X extends Tensors,
  A extends number,
  N extends Tensors,
  O extends Tensors,
> {
  /** The states before the first step, by name. */
  readonly state: S;
  /** What is cut into slices along `axis`, by name: one sequence or several of one length. */
  readonly over: CheckedSequences<X, A>;
  /** The axis of the steps, in every sequence and in every output; may count from the end. Default 0. */
  readonly axis?: A;
  /** From the last slice to the first; outputs stand where their slices do. Default false. */
  readonly reverse?: boolean;
  /**
   * One step, traced once: from the states and the slices, without the axis, to the next states and to what is kept of
   * this step. It may read any tensor around it, parameters too.
   */
  readonly step: (
    state: { readonly [K in keyof S]: S[K] },
    slice: Slices<X, A>,
  ) => { readonly state: CheckedStates<S, N>; readonly outputs?: O };
}

/**
 * A loop with state: steps over the slices of sequences, each from the states that the step before has left, as
 * `jax.lax.scan` and ONNX's Scan. Prefill and decode are the same: what came out as the state goes in as the state.
 *
 *     const { state, outputs } = scan({
 *       state: { h: before },
 *       over: { keep, add },
 *       axis: 1,
 *       step: ({ h }, { keep, add: new_ }) => {
 *         const next = add(multiply(keep, h), new_);
 *         return { state: { h: next }, outputs: { h: next } };
 *       },
 *     });
 *
 * It computes in float32 and has a gradient, for which the states are computed a second time. What a step computes from
 * tensors around it alone is computed once. Sequences may be of any length, also none. Fusion rules and `int8` or `int4`
 * weights end at a step: what a step does not need state for (`linear` on a whole sequence) is better done before it.
 *
 * @returns the last states, and the outputs of all steps put together along the axis
 * @throws ModelError at the author's line: no sequence, sequences of different lengths, a state that is missing, new or of
 *   another dtype or shape after a step, half precision
 */
export function scan<
  const S extends Tensors,
  const X extends Tensors,
  const N extends Tensors,
  const O extends Tensors = Record<never, never>,
  const A extends number = 0,
>(
  definition: ScanDefinition<S, X, A, N, O>,
): { readonly state: { readonly [K in keyof S]: S[K] }; readonly outputs: ScannedOutputs<X, A, O> };
export function scan(definition: ScanDefinition<Tensors, Tensors, number, Tensors, Tensors>): {
  readonly state: Tensors;
  readonly outputs: Tensors;
} {
  const { state, over, axis = 0, reverse = false, step } = definition;
  const sequences = Object.entries(over);
  const axes = atCallSite(() => checkedAxes(state, over, axis));
  const slices = sequences.map(([name, { dtype, shape }], index) =>
    input(name, dtype, shape.toSpliced(axes[index] ?? 0, 1)),
  );
  const states = Object.entries(state).map(([name, { dtype, shape }]) => input(name, dtype, shape));
  const named = (names: readonly string[], tensors: readonly Tensor[]): Tensors =>
    Object.fromEntries(
      names.flatMap((name, index) => tensors.slice(index, index + 1).map((each) => [name, each])),
    );
  const made = step(named(Object.keys(state), states), named(Object.keys(over), slices));
  return atCallSite(() => {
    if (!isGroup(made) || !isGroup(made.state))
      fail('scan: the step must return an object with the next states, { state: { … }, outputs: { … } }');
    const next: Tensors = made.state;
    const outputs: Tensors = made.outputs ?? {};
    checkStates(state, next);
    const outputAxes = Object.entries(outputs).map(([name, { dtype, shape }]) => {
      checkPrecision(`the output '${name}'`, dtype);
      return resolveAxis('scan', ['steps', ...shape], axis);
    });
    const results = applyScan(
      {
        states,
        slices,
        next: Object.keys(state).flatMap((name) => next[name] ?? []),
        outputs: Object.values(outputs),
        sequenceAxes: axes,
        outputAxes,
        reverse,
      },
      Object.values(state),
      Object.values(over),
    );
    return {
      state: named(Object.keys(state), results),
      outputs: named(Object.keys(outputs), results.slice(states.length)),
    };
  });
}

function isGroup(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** The axis of each sequence, once all are equally long. */
function checkedAxes(state: Tensors, over: Tensors, axis: number): readonly number[] {
  for (const [name, { dtype }] of Object.entries(state)) checkPrecision(`the state '${name}'`, dtype);
  const found: { readonly name: string; readonly axis: number; readonly length: Dim }[] = [];
  for (const [name, { dtype, shape }] of Object.entries(over)) {
    checkPrecision(`the sequence '${name}'`, dtype);
    const place = resolveAxis('scan', shape, axis);
    found.push({ name, axis: place, length: shape[place] ?? 0 });
  }
  const [first] = found;
  if (first === undefined) return fail('scan: over is empty; give at least one sequence');
  const other = found.find(({ length }) => !equalDims(length, first.length));
  if (other !== undefined) {
    fail(
      `scan: the sequences must be equally long, but '${first.name}' has ${first.length} steps and '${other.name}' ${other.length}`,
    );
  }
  return found.map(({ axis }) => axis);
}

function checkStates(before: Tensors, after: Tensors): void {
  const stray = Object.keys(after).find((name) => before[name] === undefined);
  if (stray !== undefined) {
    fail(
      `${sentence(STRAY_STATE, { name: stray })}; its states are ${Object.keys(before).join(', ') || 'none'}`,
    );
  }
  for (const [name, { dtype, shape }] of Object.entries(before)) {
    const next = after[name];
    if (next === undefined) {
      fail(`scan: the step gives no state '${name}'; give every state that it has`);
    } else if (next.dtype !== dtype || !equalShapes(next.shape, shape)) {
      fail(
        sentence(CHANGED_STATE, {
          name,
          dtype,
          shape: describeShape(shape),
          nextDtype: next.dtype,
          nextShape: describeShape(next.shape),
        }),
      );
    }
  }
}

function checkPrecision(what: string, dtype: Tensor['dtype']): void {
  if (isFloat(dtype) && dtype !== 'float32')
    fail(`scan: ${what} is ${dtype}, but a scan computes in float32; cast it`);
}
