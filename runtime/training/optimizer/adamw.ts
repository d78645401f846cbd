import { openAssembly } from '../../../artifact/open-assembly.ts';
import type { OptimizerOptions } from '../../../dsl/recipe.ts';
import { ADAMW } from './adamw-module.ts';

/** What a step reads and changes of a parameter: arrays of one length. */
interface LearnedArrays {
  readonly value: Float32Array;
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
  readonly gradient: Float32Array;
}

export interface Learned extends LearnedArrays {
  /** Whether weight decay takes from it; norms, biases, gates and temperatures keep what they have. */
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

/** Values that are copied into the module at a time: four arrays of them, and what they are made to, stay in the cache. */
const CHUNK = 8192;
/** Values that the module takes together. */
const TOGETHER = 8;
/** Where the module's first array begins. */
const START = 1024;

/** PyTorch's, against a norm of zero. */
const CLIP_EPSILON = 1e-6;

/**
 * AdamW (Loshchilov and Hutter 2019, algorithm 2) in place and in one pass, the gradients first scaled down to the clip
 * norm: what PyTorch's `clip_grad_norm_` and `AdamW` compute, and the graph of `compiler/training/adamw.ts`.
 */
export class AdamW {
  readonly #options: Required<OptimizerOptions>;
  readonly #module: AdamWModule;
  /** In the module's memory. */
  readonly #chunk: LearnedArrays;

  constructor(options: Required<OptimizerOptions>) {
    this.#options = options;
    this.#module = openAssembly<AdamWModule>(ADAMW, 'AdamW');
    const { buffer } = this.#module.memory;
    const place = (index: number) => new Float32Array(buffer, START + 4 * CHUNK * index, CHUNK);
    this.#chunk = { value: place(0), firstMoment: place(1), secondMoment: place(2), gradient: place(3) };
  }

  /** The norm of all gradients together; no finite number where one of them has one that is not. */
  globalNorm(gradients: readonly Float32Array[]): number {
    const { gradient: chunk } = this.#chunk;
    let sum = 0;
    for (const gradient of gradients) {
      for (let from = 0; from < gradient.length; from += CHUNK) {
        const part = gradient.subarray(from, from + CHUNK);
        const count = filled(part.length);
        chunk.set(part);
        chunk.fill(0, part.length, count);
        sum += this.#module.sumOfSquares(chunk.byteOffset, count);
      }
    }
    return Math.sqrt(sum);
  }

  /** Makes one step of every parameter. */
  step(learned: readonly Learned[], { learningRate, step, gradientNorm }: StepFacts): void {
    const { betas, weightDecay, epsilon, clipNorm } = this.#options;
    const [beta1, beta2] = betas;
    const clip = Math.min(clipNorm / (gradientNorm + CLIP_EPSILON), 1);
    const factors = {
      ofGradient: (1 - beta1) * clip,
      ofSquare: (1 - beta2) * clip ** 2,
      stepSize: learningRate / (1 - beta1 ** step),
      rootScale: 1 / Math.sqrt(1 - beta2 ** step),
    };
    const { value, firstMoment, secondMoment, gradient } = this.#chunk;
    for (const each of learned) {
      const kept = each.decays ? 1 - learningRate * weightDecay : 1;
      for (let from = 0; from < each.value.length; from += CHUNK) {
        const part = (array: Float32Array) => array.subarray(from, from + CHUNK);
        const changed = [
          [part(each.value), value],
          [part(each.firstMoment), firstMoment],
          [part(each.secondMoment), secondMoment],
        ] as const;
        for (const [own, chunk] of changed) chunk.set(own);
        gradient.set(part(each.gradient));
        const count = Math.min(CHUNK, each.value.length - from);
        this.#module.update(
          value.byteOffset,
          firstMoment.byteOffset,
          secondMoment.byteOffset,
          gradient.byteOffset,
          filled(count),
          beta1,
          factors.ofGradient,
          beta2,
          factors.ofSquare,
          factors.stepSize,
          factors.rootScale,
          epsilon,
          kept,
        );
        for (const [own, chunk] of changed) own.set(count === CHUNK ? chunk : chunk.subarray(0, count));
      }
    }
  }
}

/** So many values, and what fills up the last that are taken together. */
function filled(count: number): number {
  return TOGETHER * Math.ceil(count / TOGETHER);
}
