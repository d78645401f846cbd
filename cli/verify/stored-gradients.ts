import { UserError } from '../../artifact/user-error.ts';
import type { SafetensorsFile } from '../../artifact/weights/safetensors.ts';
import { storesFloats } from '../../artifact/weights/stored-dtype.ts';
import { gradients } from '../../compiler/gradient/gradients.ts';
import { isFloat } from '../../dsl/dtype.ts';
import { input } from '../../dsl/input.ts';
import { parameterTensor } from '../../dsl/parameter.ts';
import type { ParameterInfo, Tensor } from '../../dsl/tensor.ts';
import { checkPorts, type PortGroup } from './check-ports.ts';

/** A block and what a reference file holds of its gradients. */
export interface GradientRequest {
  /** The file's `cotangent.*`. */
  readonly cotangents: PortGroup;
  /** The file's `gradient.*`: `input.NAME` and `weights.NAME`. */
  readonly stored: SafetensorsFile;
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** The parameters by the names that their values have in the file. */
  readonly weights: ReadonlyMap<string, ParameterInfo>;
}

/** What must be added to a block's graph to compute its gradients. */
export interface GradientGraph {
  /** `cotangent.NAME` */
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** `gradient.input.NAME` and `gradient.weights.NAME`: those that the file holds. */
  readonly outputs: Readonly<Record<string, Tensor>>;
}

/**
 * The gradients of `sum(output * cotangent)` that a reference file holds, as part of the block's graph.
 *
 * @throws UserError when the file holds one of a tensor that the block does not have
 */
export function storedGradients(request: GradientRequest): GradientGraph {
  const { cotangents, stored, outputs } = request;
  const ends = cotangents.file.names.flatMap((name) => {
    const output = outputs[name];
    return output === undefined
      ? []
      : [{ name, output, cotangent: input(`cotangent.${name}`, 'float32', output.shape) }];
  });
  const of = new Map(stored.names.map((name) => [`gradient.${name}`, differentiated(name, request)]));
  const found = gradients(ends, [...of.values()]);
  return {
    inputs: Object.fromEntries(ends.map(({ name, cotangent }) => [`cotangent.${name}`, cotangent])),
    outputs: Object.fromEntries(
      [...of.keys()].flatMap((name, index) => {
        const tensor = found[index];
        return tensor === undefined ? [] : [[name, tensor]];
      }),
    ),
  };
}

/**
 * Whether a file holds gradients at all, and cotangents of a block's outputs alone.
 *
 * @throws UserError
 */
export function checkGradientGroups(cotangents: PortGroup, stored: SafetensorsFile): void {
  if (cotangents.file.names.length > 0 && stored.names.length > 0) return checkPorts(cotangents);
  const absent = cotangents.file.names.length === 0 ? 'cotangent.*' : 'gradient.*';
  throw new UserError(
    `${stored.path} has no ${absent} tensors, so there are no gradients to verify: store cotangent.* for the outputs, and gradient.input.* or gradient.weights.* of sum(output * cotangent).`,
  );
}

/** The tensor whose gradient is stored under a name. */
function differentiated(name: string, { stored, inputs, weights }: GradientRequest): Tensor {
  const label = `gradient.${name}`;
  const [group = '', ...rest] = name.split('.');
  const member = rest.join('.');
  const parameter = weights.get(member);
  const tensor =
    group === 'weights' && parameter !== undefined
      ? parameterTensor(parameter)
      : group === 'input' && Object.hasOwn(inputs, member)
        ? inputs[member]
        : undefined;
  if (tensor === undefined || !isFloat(tensor.dtype)) {
    const known = Object.entries(inputs).flatMap(([each, { dtype }]) => (isFloat(dtype) ? [each] : []));
    throw new UserError(
      `${stored.path} has the unknown tensor ${label}; known are ${known.map((each) => `gradient.input.${each}`).join(', ')} and gradient.weights.NAME for each of its weights.`,
    );
  }
  const { dtype, shape } = stored.tensor(name);
  const singles = [...shape, ...tensor.shape].every((size) => size === 1);
  if (!storesFloats(dtype) || (shape.join() !== tensor.shape.join() && !singles)) {
    throw new UserError(
      `${stored.path}: ${label} is ${dtype} [${shape.join(', ')}], but ${tensor.dtype} [${tensor.shape.join(', ')}] was expected.`,
    );
  }
  return tensor;
}
