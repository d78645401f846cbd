import { growTo, openAssembly } from '../../artifact/open-assembly.ts';
import { EXPONENTIALS } from './exponentials-module.ts';

/** The highest of some numbers, and the logarithm of the sum of e^(number - highest). */
export type LogSumExp = { readonly highest: number; readonly logSum: number };

/** What `assembly/exponentials.ts` exports; the first numbers are places in its memory, then a count. */
interface ExponentialsModule {
  readonly memory: WebAssembly.Memory;
  highestOf(values: number, count: number): number;
  sumOfExponentials(values: number, count: number, highest: number, powers: number): number;
}

/** Powers of two between whole ones: a power of e is one of them, times a whole one, times a number next to 1. */
const STEP_BITS = 11;
const STEPS = 2 ** STEP_BITS;
const STEPS_OF_ONE = STEPS / Math.LN2;
const STEP = Math.LN2 / STEPS;
const BETWEEN = Float64Array.from({ length: STEPS }, (_, step) => 2 ** (step / STEPS));
const WHOLE = Float64Array.from({ length: 1024 }, (_, power) => 2 ** -power);
/** Smaller powers of e do not count beside 1. */
const SMALLEST = -700;

/** Where the module's memory has the powers, and where values. */
const POWERS_AT = 1024;
const VALUES_AT = POWERS_AT + BETWEEN.byteLength;
/** Values that the module takes together, of which there are whole ones. */
const TOGETHER = 4;
/** Fewer are sooner added up than copied into the module. */
const FEW = 1024;

/**
 * In double precision, to 1e-15 of it; where WebAssembly may be had and values are float32, by what computes several at
 * once, which gives the same bits.
 *
 * @param values finite or -Infinity, at least one finite; another makes NaN of the sum
 */
export function logSumExp(values: ArrayLike<number>): LogSumExp {
  if (values instanceof Float32Array && values.length >= FEW) {
    module ??= opened();
    if (module !== null) return inModule(module, values);
  }
  return oneByOne(values);
}

/** One of a thread, since each has an address space of its own; null where none can be had. */
let module: ExponentialsModule | null | undefined;

function opened(): ExponentialsModule | null {
  try {
    const made = openAssembly<ExponentialsModule>(EXPONENTIALS, 'Log-probabilities');
    growTo(made.memory, VALUES_AT, 'Log-probabilities');
    new Float64Array(made.memory.buffer, POWERS_AT, STEPS).set(BETWEEN);
    return made;
  } catch {
    // Whatever keeps it from here, all that is lost is time.
    return null;
  }
}

function inModule(made: ExponentialsModule, values: Float32Array): LogSumExp {
  const count = Math.ceil(values.length / TOGETHER) * TOGETHER;
  try {
    growTo(made.memory, VALUES_AT + 4 * count, 'Log-probabilities');
  } catch {
    return oneByOne(values);
  }
  const held = new Float32Array(made.memory.buffer, VALUES_AT, count);
  held.set(values);
  held.fill(-Infinity, values.length);
  const highest = made.highestOf(VALUES_AT, count);
  return { highest, logSum: Math.log(made.sumOfExponentials(VALUES_AT, count, highest, POWERS_AT)) };
}

/** @returns the same bits as the module: sums of every fourth value, of which two are added at a time */
export function oneByOne(values: ArrayLike<number>): LogSumExp {
  // Loops over indices and without calls: a token of a large vocabulary goes through them tens of thousands of times.
  const size = values.length;
  let highest = -Infinity;
  for (let i = 0; i < size; i++) {
    const value = values[i] ?? -Infinity;
    if (value > highest) highest = value;
  }
  const sums = new Float64Array(TOGETHER);
  for (let i = 0; i < size; i++) {
    const x = (values[i] ?? -Infinity) - highest;
    if (x < SMALLEST) continue;
    // `Math.exp` to 1e-15 of the result, in a third of its time. NaN stays NaN, by what is left of it.
    const steps = (x * STEPS_OF_ONE - 0.5) | 0;
    const rest = x - steps * STEP;
    const near = 1 + rest * (1 + rest * (1 / 2 + rest * (1 / 6)));
    const power = (BETWEEN[steps & (STEPS - 1)] ?? 0) * (WHOLE[-(steps >> STEP_BITS)] ?? 0) * near;
    sums[i % TOGETHER] = (sums[i % TOGETHER] ?? 0) + power;
  }
  const [first = 0, second = 0, third = 0, fourth = 0] = sums;
  return { highest, logSum: Math.log(first + third + (second + fourth)) };
}
