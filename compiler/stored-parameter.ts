import type { Dtype } from '../dsl/dtype.ts';
import type { Precision } from '../dsl/precision.ts';
import type { ProgramParameter } from '../dsl/program-parameter.ts';
import type { ParameterInfo } from '../dsl/tensor.ts';
import type { QuantisedMember } from './quantisation/quantised-member.ts';

/**
 * A parameter as a compiled graph reads it and an artifact stores it: a program's own, perhaps in another dtype, or one
 * of the tensors that the quantised form of one has.
 */
export interface StoredParameter extends Omit<ProgramParameter, 'leaf'> {
  readonly quantised?: QuantisedMember;
}

/** What passes and lowering read of a parameter. The graphs that they see are placed: each parameter is a program's. */
export function storedParameter(parameter: ParameterInfo): StoredParameter {
  if (isStored(parameter)) return parameter;
  throw new Error(`a parameter [${parameter.shape.join(', ')}] has no place in a program`);
}

/** Whether a parameter is that of a placed graph. */
export function isStored(parameter: ParameterInfo): parameter is StoredParameter {
  return 'name' in parameter && 'trainable' in parameter;
}

/** The weight that a stored parameter is, or stands for; undefined for the scales that go with its values. */
export function weightOf(parameter: StoredParameter): StoredParameter | undefined {
  const { quantised } = parameter;
  if (quantised === undefined) return parameter;
  return quantised.member === 'values' ? quantised.weight : undefined;
}

/**
 * The dtype that a parameter is kept in at most. A target that computes in float32 may keep halves, which are widened
 * when the model is loaded; vectors (norms, biases, gates) are too small for that to be worth their last digits.
 */
export function storedDtype({ dtype, shape, quantised }: StoredParameter, precision: Precision): Dtype {
  const isHalf = precision === 'float16' && quantised === undefined && shape.length > 1;
  return isHalf && dtype === 'float32' ? 'float16' : dtype;
}
