import type { Dtype } from '../dsl/dtype.ts';
import type { Precision } from '../dsl/precision.ts';
import type { ProgramParameter } from '../dsl/program/program-parameter.ts';
import type { ParameterInfo } from '../dsl/tensor.ts';
import type { QuantisedMember } from './quantisation/quantised-member.ts';

/**
 * A parameter as a compiled graph reads it and an artifact stores it: a program's own, perhaps in another dtype, or one
 * of the tensors that the quantised form of one has.
 */
export interface StoredParameter extends Omit<ProgramParameter, 'leaf'> {
  readonly quantised?: QuantisedMember;
  /**
   * The parameters whose rows, one behind the other, are this one's. They are what an artifact stores, side by side, and
   * knows by name; this one is but a longer range of its file.
   */
  readonly joins?: readonly StoredParameter[];
}

/** What passes and lowering read of a parameter. The graphs that they see are placed: each parameter is a program's. */
export function storedParameter(parameter: ParameterInfo): StoredParameter {
  if (isStored(parameter)) return parameter;
  throw new Error(`a parameter [${parameter.shape.join(', ')}] has no place in a program`);
}

/** The parameters that an artifact stores for one that a graph reads. */
export function storedParts(parameter: StoredParameter): readonly StoredParameter[] {
  return parameter.joins ?? [parameter];
}

/** Parameters of one dtype and equal rows as one, for a graph to read. */
export function joinedParameter(parts: readonly StoredParameter[]): StoredParameter {
  const [first] = parts;
  if (first === undefined) throw new Error('nothing is joined');
  const { dtype, initialiser, shape } = first;
  const rows = parts.reduce((sum, { shape: [count = 0] }) => sum + count, 0);
  return {
    ...{ dtype, initialiser },
    name: joinedName(parts.map(({ name }) => name)),
    shape: shape.with(0, rows),
    trainable: parts.some(({ trainable }) => trainable),
    joins: parts,
  };
}

/** `layers.0.{q,k,v}_proj.weight`: what names begin and end with is said once. */
function joinedName(names: readonly string[]): string {
  const [first = ''] = names;
  const shortest = Math.min(...names.map(({ length }) => length));
  const alike = (from: (name: string, index: number) => string | undefined) => {
    let count = 0;
    while (count < shortest && names.every((name) => from(name, count) === from(first, count))) count++;
    return count;
  };
  const start = alike((name, index) => name[index]);
  const end = Math.min(
    shortest - start,
    alike((name, index) => name.at(-1 - index)),
  );
  const middles = names.map((name) => name.slice(start, name.length - end));
  return `${first.slice(0, start)}{${middles.join(',')}}${first.slice(first.length - end)}`;
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
