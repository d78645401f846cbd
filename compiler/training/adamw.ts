import { CLIP_EPSILON, decays } from '../../artifact/training-plan.ts';
import { add } from '../../dsl/operators/add.ts';
import { divide } from '../../dsl/operators/divide.ts';
import { minimum } from '../../dsl/operators/minimum.ts';
import { multiply } from '../../dsl/operators/multiply.ts';
import { square } from '../../dsl/operators/power.ts';
import { reduceSum } from '../../dsl/operators/reduce.ts';
import { subtract } from '../../dsl/operators/subtract.ts';
import { tanh } from '../../dsl/operators/tanh.ts';
import { sqrt } from '../../dsl/operators/unary.ts';
import type { OptimizerOptions } from '../../dsl/program/recipe.ts';
import type { Tensor } from '../../dsl/tensor.ts';

/** What the optimizer knows of one parameter. */
export interface ParameterState {
  readonly value: Tensor;
  /** Running means of the gradient and of its square, in the parameter's shape; zeros before the first step. */
  readonly firstMoment: Tensor;
  readonly secondMoment: Tensor;
}

export interface StepScalars {
  /** float32 scalar. */
  readonly learningRate: Tensor;
  /** float32 scalar: how many steps will have been made after this one, from 1. */
  readonly step: Tensor;
}

export interface AdamWResult {
  readonly states: readonly ParameterState[];
  /** Of all gradients together, before clipping. */
  readonly gradientNorm: Tensor;
}

/**
 * One step of AdamW (Loshchilov and Hutter 2019, algorithm 2) on all parameters together, their gradients first scaled
 * down to the clip norm: what PyTorch's `clip_grad_norm_` and `AdamW` compute, in operators of this project.
 */
export function adamW(
  states: readonly ParameterState[],
  gradients: readonly Tensor[],
  { learningRate, step }: StepScalars,
  { weightDecay, betas: [beta1, beta2], epsilon, clipNorm }: Required<OptimizerOptions>,
): AdamWResult {
  const squares = gradients.map((gradient) => square(gradient));
  const gradientNorm = sqrt(squares.map((each) => reduceSum(each)).reduce((sum, each) => add(sum, each)));
  // The scalars are joined first, so that each tensor is gone over as few times as possible.
  const clip = Number.isFinite(clipNorm)
    ? minimum(divide(clipNorm, add(gradientNorm, CLIP_EPSILON)), 1)
    : undefined;
  const ofGradient = clip === undefined ? 1 - beta1 : multiply(clip, 1 - beta1);
  const ofSquare = clip === undefined ? 1 - beta2 : multiply(square(clip), 1 - beta2);
  const stepSize = divide(learningRate, unbiased(beta1, step));
  const rootScale = divide(1, sqrt(unbiased(beta2, step)));
  const kept = subtract(1, multiply(learningRate, weightDecay));

  const stepped = states.map(({ value, firstMoment, secondMoment }, index): ParameterState => {
    const [gradient, squared] = [gradients[index], squares[index]];
    if (gradient === undefined || squared === undefined) throw new Error('a parameter has no gradient');
    const first = add(multiply(firstMoment, beta1), multiply(gradient, ofGradient));
    const second = add(multiply(secondMoment, beta2), multiply(squared, ofSquare));
    const change = divide(multiply(first, stepSize), add(multiply(sqrt(second), rootScale), epsilon));
    const decayed = weightDecay > 0 && decays(value) ? multiply(value, kept) : value;
    return { value: subtract(decayed, change), firstMoment: first, secondMoment: second };
  });
  return { states: stepped, gradientNorm };
}

/**
 * `1 - beta^step`. Written by the hyperbolic tangent, as 1 - exp(-2x) = 2 tanh(x) / (1 + tanh(x)): the difference from
 * 1 itself would lose half of float32's digits in the first steps, where beta^step is near 1.
 */
function unbiased(beta: number, step: Tensor): Tensor {
  if (beta === 0) return divide(step, step);
  const half = tanh(multiply(step, -Math.log(beta) / 2));
  return divide(multiply(half, 2), add(half, 1));
}
