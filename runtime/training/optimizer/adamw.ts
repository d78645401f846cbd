import { growTo, openAssembly } from '../../../artifact/open-assembly.ts';
import { CLIP_EPSILON } from '../../../artifact/training-plan.ts';
import type { OptimizerOptions } from '../../../dsl/program/recipe.ts';
import { ADAMW } from './adamw-module.ts';

/** What a step reads and changes of a parameter: arrays of one length. */
interface LearnedArrays {
  readonly value: Float32Array;
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
  readonly gradient: Float32Array;
}

export interface Learned extends LearnedArrays {
  /** Whether weight decay takes from it (`decays` of the plan). */
  readonly decays: boolean;
}

export interface StepFacts {
  readonly learningRate: number;
  /** How many steps will have been made after this one, from 1. */
  readonly step: number;
  /** Of all gradients together, before clipping (`globalNorm`). */
  readonly gradientNorm: number;
}

/** What `assembly/adamw.ts` exports; the first numbers are places in its memory, then a count. */
interface AdamWModule {
  readonly memory: WebAssembly.Memory;
  sumOfSquares(values: number, count: number): number;
  update(
    values: number,
    firstMoments: number,
    secondMoments: number,
    gradients: number,
    count: number,
    beta1: number,
    ofGradient: number,
    beta2: number,
    ofSquare: number,
    stepSize: number,
    rootScale: number,
    epsilon: number,
    kept: number,
  ): void;
}

/** Values that are copied into the module at a time where they are not in its memory: four arrays that stay in the cache. */
const CHUNK = 8192;
/** Values that the module takes together, of which arrays have whole ones: those of a line of the cache. */
const TOGETHER = 16;
/** Where the module's first array begins. */
const START = 1024;
/** Of 32-bit addresses. */
const MOST_BYTES = 2 ** 32;
/** What error messages call it. */
const DOES = 'AdamW';

/**
 * AdamW (Loshchilov and Hutter 2019, algorithm 2) in place and in one pass, the gradients first scaled down to the clip
 * norm: what PyTorch's `clip_grad_norm_` and `AdamW` compute, and the graph of `compiler/training/adamw.ts`.
 */
export class AdamW {
  readonly #options: Required<OptimizerOptions>;
  readonly #module: AdamWModule;
  /** In the module's memory, for arrays that are not. */
  readonly #chunk: LearnedArrays;
  /** Where the memory that is not given away begins. */
  #free: number;

  /** @param sizes of the arrays that `allocate` will be asked for */
  constructor(options: Required<OptimizerOptions>, sizes: readonly number[] = []) {
    this.#options = options;
    this.#free = START;
    const values = [...Array<number>(4).fill(CHUNK), ...sizes].reduce((sum, size) => sum + filled(size), 0);
    this.#module = openAssembly<AdamWModule>(ADAMW, DOES);
    growTo(this.#module.memory, Math.min(START + 4 * values, MOST_BYTES), DOES);
    const chunk = () => this.allocate(CHUNK);
    this.#chunk = { value: chunk(), firstMoment: chunk(), secondMoment: chunk(), gradient: chunk() };
  }

  /** Zeros in the module's memory, which a step need not copy; elsewhere where there is no room for them. */
  allocate(size: number): Float32Array {
    const { buffer } = this.#module.memory;
    const end = this.#free + 4 * filled(size);
    if (end > buffer.byteLength) return new Float32Array(size);
    const values = new Float32Array(buffer, this.#free, size);
    this.#free = end;
    return values;
  }

  /** The norm of all gradients together; no finite number where one of them has one that is not. */
  globalNorm(gradients: readonly Float32Array[]): number {
    const { gradient: chunk } = this.#chunk;
    let sum = 0;
    for (const gradient of gradients) {
      if (this.#holds(gradient)) {
        sum += this.#module.sumOfSquares(gradient.byteOffset, filled(gradient.length));
        continue;
      }
      for (let from = 0; from < gradient.length; from += CHUNK) {
        const part = gradient.subarray(from, from + CHUNK);
        chunk.set(part);
        chunk.fill(0, part.length, filled(part.length));
        sum += this.#module.sumOfSquares(chunk.byteOffset, filled(part.length));
      }
    }
    return Math.sqrt(sum);
  }

  /** Makes one step of every parameter. */
  step(learned: readonly Learned[], facts: StepFacts): void {
    const update = this.#update(facts);
    for (const each of learned) {
      const { value, firstMoment, secondMoment, gradient, decays } = each;
      if ([value, firstMoment, secondMoment, gradient].every((array) => this.#holds(array))) {
        update(each, decays);
        continue;
      }
      const chunk = this.#chunk;
      for (let from = 0; from < value.length; from += CHUNK) {
        const part = (array: Float32Array) => array.subarray(from, from + CHUNK);
        const changed = [
          [part(value), chunk.value],
          [part(firstMoment), chunk.firstMoment],
          [part(secondMoment), chunk.secondMoment],
        ] as const;
        for (const [own, copy] of changed) copy.set(own);
        chunk.gradient.set(part(gradient));
        update(chunk, decays);
        for (const [own, copy] of changed) own.set(copy.subarray(0, own.length));
      }
    }
  }

  #holds({ buffer }: Float32Array): boolean {
    return buffer === this.#module.memory.buffer;
  }

  /** The update of arrays in the module's memory. */
  #update({ learningRate, step, gradientNorm }: StepFacts): (arrays: LearnedArrays, decays: boolean) => void {
    const { betas, weightDecay, epsilon, clipNorm } = this.#options;
    const [beta1, beta2] = betas;
    const clip = Math.min(clipNorm / (gradientNorm + CLIP_EPSILON), 1);
    const stepSize = learningRate / (1 - beta1 ** step);
    const rootScale = 1 / Math.sqrt(1 - beta2 ** step);
    return ({ value, firstMoment, secondMoment, gradient }, decays) =>
      this.#module.update(
        value.byteOffset,
        firstMoment.byteOffset,
        secondMoment.byteOffset,
        gradient.byteOffset,
        filled(value.length),
        beta1,
        (1 - beta1) * clip,
        beta2,
        (1 - beta2) * clip ** 2,
        stepSize,
        rootScale,
        epsilon,
        decays ? 1 - learningRate * weightDecay : 1,
      );
  }
}

/** So many values, and what fills up the last that are taken together. */
function filled(count: number): number {
  return TOGETHER * Math.ceil(count / TOGETHER);
}
