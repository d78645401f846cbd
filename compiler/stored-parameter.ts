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
