import { UserError } from '../../artifact/user-error.ts';
import type { SafetensorsFile } from '../../artifact/weights/safetensors.ts';
import { storesFloats } from '../../artifact/weights/stored-dtype.ts';
import type { PortRule } from './modules.ts';

/** One group of a reference file's tensors (`input.*`) and what a module says of them. */
export interface PortGroup {
  readonly group: string;
  readonly file: SafetensorsFile;
  readonly rules: Readonly<Record<string, PortRule>>;
}

/**
 * Every required tensor must be there, and none that the block does not know: it would be ignored silently.
 *
 * @throws UserError naming the tensor
 */
export function checkPorts({ group, file, rules }: PortGroup): void {
  for (const [name, { optional }] of Object.entries(rules)) {
    if (!optional && !file.has(name)) throw new UserError(`${file.path} lacks the tensor ${group}.${name}.`);
  }
  const unknown = file.names.find((name) => !Object.hasOwn(rules, name));
  if (unknown !== undefined) {
    const known = Object.keys(rules).map((name) => `${group}.${name}`);
    throw new UserError(
      `${file.path} has the unknown tensor ${group}.${unknown}; known are ${known.join(', ')}.`,
    );
  }
}

/**
 * Axes of one name must have one size, in all tensors and in the options.
 *
 * @param fixed the sizes that the options decide
 * @throws UserError naming the tensor and the axis
 */
export function checkSizes(groups: readonly PortGroup[], fixed: Readonly<Record<string, number>>): void {
  const sizes = new Map(Object.entries(fixed).map(([axis, size]) => [axis, { size, from: 'the metadata' }]));
  for (const { group, file, rules } of groups) {
    for (const name of file.names) {
      const label = `${group}.${name}`;
      const { dtype, shape } = file.tensor(name);
      const rule = rules[name];
      const axes = rule?.axes.split(' ') ?? [];
      if (axes.length !== shape.length || storesFloats(dtype) !== (rule?.dtype === 'float32')) {
        throw new UserError(
          `${file.path}: ${label} is ${dtype} [${shape.join(', ')}], but ${rule?.dtype} [${axes.join(', ')}] was expected.`,
        );
      }
      for (const [index, axis] of axes.entries()) {
        const size = shape[index] ?? 0;
        const known = sizes.get(axis);
        if (known !== undefined && known.size !== size) {
          throw new UserError(
            `${file.path}: axis ${axis} of ${label} is ${size}, but ${known.size} in ${known.from}.`,
          );
        }
        if (size === 0)
          throw new UserError(`${file.path}: axis ${axis} of ${label} is empty; there is nothing to verify.`);
        sizes.set(axis, known ?? { size, from: label });
      }
    }
  }
}
