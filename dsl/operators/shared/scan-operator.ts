import { isFloat } from '../../dtype.ts';
import type { Emitter } from '../../emitter.ts';
import { modelErrorAt } from '../../errors/model-error-at.ts';
import { operationsUnder } from '../../graph.ts';
import { input } from '../../input.ts';
import { applyAll, applyAt, defineOperator, describeShape, fail } from '../../operator.ts';
import { addDims, equalShapes, multiplyDims } from '../../shape/dim.ts';
import type { Application, Dim, Operation, Operator, Shape, Tensor, TensorType } from '../../tensor.ts';
import { add } from '../add.ts';
import { zerosOf } from './zeros.ts';

/** One step of a scan: how the states and the slices of one place give the next states and the outputs of that place. */
export interface ScanStep {
  /** What the step is written on: inputs of its own. */
  readonly states: readonly Tensor[];
  readonly slices: readonly Tensor[];
  /** The states after the step, in the dtypes and shapes of those before. */
  readonly next: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** Along which axis each sequence is cut into slices, and each output is put together. */
  readonly sequenceAxes: readonly number[];
  readonly outputAxes: readonly number[];
  /** From the last slice to the first. */
  readonly reverse: boolean;
}

/** A step that reads nothing but its own inputs: what it took from around it is given to it. */
interface ScanBody extends ScanStep {
  readonly captured: readonly Tensor[];
}

type ScanAttributes = { readonly step: string };

/**
 * Applies a step to every slice in turn. What the step reads from around it, or computes from that alone, is computed
 * once, before the first step.
 *
 * @param stands what inputs of the step stand for that are neither states nor slices
 * @returns the last states, then the outputs
 */
export function applyScan(
  step: ScanStep,
  initial: readonly Tensor[],
  sequences: readonly Tensor[],
  stands: ReadonlyMap<Tensor, Tensor> = new Map(),
): readonly Tensor[] {
  const own = new Set([...step.states, ...step.slices, ...stands.keys()]);
  const captured = new Map<Tensor, Tensor>(stands);
  const renewed = new Map<Tensor, Tensor>();
  const fresh = new Map<Tensor, Tensor>();
  const inside = (tensor: Tensor): Tensor => {
    const made = own.has(tensor) ? tensor : (renewed.get(tensor) ?? fresh.get(tensor));
    if (made !== undefined) return made;
    const inner = input('captured', tensor.dtype, tensor.shape);
    fresh.set(tensor, inner);
    captured.set(inner, tensor);
    return inner;
  };
  for (const operation of operationsUnder([...step.next, ...step.outputs])) {
    const { operator, inputs, attributes, callSite, scope, outputs } = operation;
    if (!inputs.some((each) => each !== undefined && (own.has(each) || renewed.has(each)))) continue;
    const given = inputs.map((each) => each && inside(each));
    const results = applyAt(operator, given, attributes, callSite, scope);
    for (const [index, output] of outputs.entries()) renewed.set(output, results[index] ?? output);
  }
  const next = step.next.map(inside);
  const outputs = step.outputs.map(inside);
  const used = [...captured];
  const body: ScanBody = { ...step, next, outputs, captured: used.map(([inner]) => inner) };
  const inputs = [...initial, ...sequences, ...used.map(([, outer]) => outer)];
  return applyAll(operatorOf(body), inputs, { step: describeStep(body) });
}

/** The operator of one scan, which knows its step. */
function operatorOf(body: ScanBody): Operator<ScanAttributes> {
  const { states, slices, captured, next, outputs, sequenceAxes, outputAxes } = body;
  const lengthOf = (inputs: readonly (Tensor | undefined)[]): Dim =>
    inputs[states.length]?.shape[sequenceAxes[0] ?? 0] ?? 0;
  return defineOperator<ScanAttributes>({
    name: 'scan',
    computesIn: 'float32',
    movement: 'none',
    weight: 'none',
    infer(inputs) {
      const length = lengthOf(inputs);
      const wanted: readonly TensorType[] = [
        ...states,
        ...slices.map(({ dtype, shape }, index) => ({
          dtype,
          shape: withAxis(shape, sequenceAxes[index] ?? 0, length),
        })),
        ...captured,
      ];
      for (const [index, { dtype, shape }] of wanted.entries()) {
        const given = inputs[index];
        if (given?.dtype === dtype && equalShapes(given.shape, shape)) continue;
        fail(
          `scan: its step is for ${dtype} ${describeShape(shape)}, but it is given ${given?.dtype} ${describeShape(given?.shape ?? [])}`,
        );
      }
      return [
        ...next.map(({ dtype, shape }) => ({ dtype, shape })),
        ...outputs.map(({ dtype, shape }, index) => ({
          dtype,
          shape: withAxis(shape, outputAxes[index] ?? 0, length),
        })),
      ];
    },
    multiplyAdds(inputs) {
      const steps = operationsUnder([...next, ...outputs]).flatMap(
        ({ operator, inputs: given, attributes, outputs: made }) =>
          operator.multiplyAdds?.(given, attributes, made) ?? [],
      );
      return multiplyDims(lengthOf(inputs), addDims(...steps));
    },
    lower: (emit, inputs, { inputs: given }) => lowerScan(body, lengthOf(given), emit, inputs),
    gradient: (application) => gradientOf(body, application),
    inTraining(_operation, training) {
      const inside = operationsUnder([...next, ...outputs]);
      const other = inside.find((each) => each.operator.inTraining?.(each, training) !== undefined);
      if (other === undefined) return undefined;
      throw modelErrorAt(
        `${other.operator.name} means something else in training, which a step of scan cannot; put it before the scan or after it`,
        other.callSite,
      );
    },
  });
}

/**
 * ONNX Runtime 1.30 divides by the number of steps, and the process ends where there are none: an open number of them is
 * made one at least, and what that step gave is left aside.
 */
function lowerScan(
  { states, slices, captured, next, outputs, sequenceAxes, outputAxes, reverse }: ScanBody,
  length: Dim,
  emit: Emitter<Tensor>,
  inputs: readonly (string | undefined)[],
): readonly string[] {
  const initial = inputs.slice(0, states.length);
  const first = states.length + slices.length;
  const around = captured.map((tensor, index) => [tensor, inputs[first + index] ?? ''] as const);
  const vector = (value: number) => emit.constant(BigInt64Array.of(BigInt(value)), [1]);
  const mayBeEmpty = typeof length !== 'number' || length === 0;
  const steps = emit.shape([length]);
  const added = mayBeEmpty && emit.node('Max', [emit.node('Sub', [vector(1), steps]), vector(0)]);
  const sequences = inputs.slice(states.length, first).map((sequence, index) => {
    if (added === false) return sequence;
    const pads = emit.node('Concat', [vector(0), added], { axis: 0 });
    return emit.node('Pad', [sequence, pads, undefined, vector(sequenceAxes[index] ?? 0)]);
  });
  const direction = Number(reverse);
  const results = emit.nodes('Scan', [...initial, ...sequences], next.length + outputs.length, {
    num_scan_inputs: slices.length,
    scan_input_axes: sequenceAxes,
    scan_input_directions: slices.map(() => direction),
    ...(outputs.length > 0 && {
      scan_output_axes: outputAxes,
      scan_output_directions: outputs.map(() => direction),
    }),
    body: {
      body: { inputs: [...states, ...slices], outputs: [...next, ...outputs], around: new Map(around) },
    },
  });
  if (added === false) return results;
  const isEmpty = emit.node('Cast', [added], { to: { type: 'bool' } });
  return results.map((result, index) =>
    index < states.length
      ? emit.node('Where', [emit.node('Squeeze', [isEmpty]), initial[index], result])
      : emit.node('Slice', [result, vector(0), steps, vector(outputAxes[index - states.length] ?? 0)]),
  );
}

/**
 * Back through the steps, from the last to the first: a scan in the other direction whose states are the cotangents of
 * the states, and what has come together for each captured tensor. The states before each step are computed again.
 */
function gradientOf(body: ScanBody, { input: given, inputs, cotangents, needed, gradients }: Application) {
  const { states, slices, captured, next, outputs, sequenceAxes, outputAxes, reverse } = body;
  const firstCaptured = states.length + slices.length;
  const initial = states.map((_state, index) => given(index));
  const sequences = slices.map((_slice, index) => given(states.length + index));
  const around = captured.map((_tensor, index) => given(firstCaptured + index));
  const stands = new Map(captured.map((inner, index) => [inner, around[index] ?? inner] as const));

  const replay = { ...body, outputs: states, outputAxes: states.map(() => 0) };
  const before = applyScan(replay, initial, sequences, stands).slice(states.length);

  const floats = (tensors: readonly Tensor[]) =>
    tensors.flatMap((each, index) => (isFloat(each.dtype) ? [index] : []));
  const pick = <T>(values: readonly T[], indices: readonly number[]) =>
    indices.flatMap((index) => values.slice(index, index + 1));
  const like = (tensor: Tensor) => input('cotangent', tensor.dtype, tensor.shape);
  const [floatStates, floatOutputs] = [floats(states), floats(outputs)];
  const learning = floats(captured).filter((index) => needed[firstCaptured + index] === true);
  const cutting = floats(slices).filter((index) => needed[states.length + index] === true);

  const arriving = pick(next, floatStates).map(like);
  const arrivingOutputs = pick(outputs, floatOutputs).map(like);
  const sums = pick(captured, learning).map(like);
  const ends = [
    ...pick(next, floatStates).map((output, index) => ({ output, cotangent: arriving[index] })),
    ...pick(outputs, floatOutputs).map((output, index) => ({ output, cotangent: arrivingOutputs[index] })),
  ].flatMap(({ output, cotangent }) => (cotangent === undefined ? [] : [{ output, cotangent }]));
  const found = gradients(ends, [
    ...pick(states, floatStates),
    ...pick(captured, learning),
    ...pick(slices, cutting),
  ]);
  const [ofStates, rest] = [found.slice(0, floatStates.length), found.slice(floatStates.length)];
  const [ofCaptured, ofSlices] = [rest.slice(0, learning.length), rest.slice(learning.length)];
  const step: ScanStep = {
    states: [...arriving, ...sums],
    slices: [...states, ...slices, ...arrivingOutputs],
    next: [...ofStates, ...sums.map((sum, index) => add(sum, ofCaptured[index] ?? sum))],
    outputs: ofSlices,
    sequenceAxes: [...states.map(() => 0), ...sequenceAxes, ...pick(outputAxes, floatOutputs)],
    outputAxes: pick(sequenceAxes, cutting),
    reverse: !reverse,
  };
  const results = applyScan(
    step,
    [...pick(cotangents, floatStates), ...pick(around, learning).map(zerosOf)],
    [...before, ...sequences, ...pick(cotangents.slice(states.length), floatOutputs)],
    stands,
  );
  const answer: (Tensor | undefined)[] = inputs.map(() => undefined);
  const places = [
    ...floatStates,
    ...learning.map((index) => firstCaptured + index),
    ...cutting.map((index) => states.length + index),
  ];
  for (const [index, place] of places.entries()) answer[place] = results[index];
  return answer;
}

function withAxis(shape: Shape, axis: number, size: Dim): Shape {
  return [...shape.slice(0, axis), size, ...shape.slice(axis)];
}

/** A step as text: equal texts mean equal steps. */
function describeStep({ states, slices, captured, next, outputs, ...axes }: ScanBody): string {
  const words = new Map<Tensor, string>();
  for (const [index, tensor] of [...states, ...slices, ...captured].entries())
    words.set(tensor, `i${index}:${tensor.dtype}[${tensor.shape.join(',')}]`);
  const lines = operationsUnder([...next, ...outputs]).map((operation: Operation, number) => {
    for (const [index, output] of operation.outputs.entries()) words.set(output, `${number}.${index}`);
    const attributes = Object.entries(operation.attributes).sort(([a], [b]) => (a < b ? -1 : 1));
    const read = operation.inputs.map((each) => each && words.get(each));
    return JSON.stringify([operation.operator.name, attributes, read]);
  });
  const ends = [...next, ...outputs].map((each) => words.get(each));
  return [...lines, JSON.stringify([ends, axes])].join('\n');
}
