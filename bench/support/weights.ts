import { createHash } from 'node:crypto';
import { float16Bits } from '../../artifact/weights/scalar.ts';
import type { StoredParameter } from '../../compiler/stored-parameter.ts';
import { initialValues } from '../../compiler/weights/store/initialise.ts';

/** A prime, so that rows of no common width repeat. */
const TABLE = 65_537;

const standardNormal = initialValues(
  {
    name: 'table',
    dtype: 'float32',
    shape: [TABLE],
    initialiser: { kind: 'normal', std: 1 },
    trainable: false,
  },
  0,
);

/**
 * Weights to measure with: normal, small, equal for equal names, and drawn faster than real ones since the same draws
 * are used over, from another place for another name: ONNX Runtime keeps weights that are equal once, and a layer that
 * stays in the processor's cache says nothing of how fast many are read. Constants are drawn too: gates of zero would
 * hide the blocks that they close from a comparison of outputs.
 */
export function benchmarkWeights(parameter: StoredParameter): Uint8Array {
  const values = normalValues(
    parameter.shape.reduce((product, size) => product * size, 1),
    deviationOf(parameter),
    placeOf(parameter.name),
  );
  if (parameter.initialiser.kind === 'constant') {
    const { value } = parameter.initialiser;
    for (let index = 0; index < values.length; index++) values[index] = (values[index] ?? 0) + value;
  }
  return new Uint8Array(values.buffer);
}

/** The same rounded to float16, as bits. */
export function benchmarkHalves(parameter: StoredParameter): Uint16Array {
  const count = parameter.shape.reduce((product, size) => product * size, 1);
  // Draws repeat, so that few need rounding.
  const { buffer } = benchmarkWeights({ ...parameter, shape: [Math.min(count, TABLE)] });
  const repeated = Uint16Array.from(new Float32Array(buffer), float16Bits);
  const halves = new Uint16Array(count);
  for (let start = 0; start < count; start += TABLE)
    halves.set(count - start < TABLE ? repeated.subarray(0, count - start) : repeated, start);
  return halves;
}

/** `count` normal draws, times `std`: those of the table from `first` on, over and over. */
export function normalValues(count: number, std: number, first = 0): Float32Array<ArrayBuffer> {
  const values = new Float32Array(count);
  const scaled = standardNormal.map((value) => value * std);
  let drawn = Math.min(count, TABLE - first);
  values.set(scaled.subarray(first, first + drawn));
  for (; drawn < count; drawn += TABLE) values.set(scaled.subarray(0, Math.min(TABLE, count - drawn)), drawn);
  return values;
}

/** Where in the table a parameter's draws begin. */
function placeOf(name: string): number {
  return createHash('sha256').update(name).digest().readUInt32LE() % TABLE;
}

function deviationOf({ initialiser }: StoredParameter): number {
  if (initialiser.kind === 'normal') return Math.min(initialiser.std, 1);
  return initialiser.kind === 'uniform' ? initialiser.bound / Math.sqrt(3) : 0.1;
}
