import { UserError } from '../../artifact/user-error.ts';
import { refuseTaken } from '../taken-names.ts';
import type { CompilerTarget } from './compiler-target.ts';
import { TARGETS } from './target-registry.ts';

/**
 * The target of a name, or the target itself where a value of one's own is given.
 *
 * @param further targets besides this project's
 * @throws UserError for a name that no target has, or that two have
 */
export function targetOf(
  target: string | CompilerTarget,
  further: readonly CompilerTarget[] = [],
): CompilerTarget {
  const names = (targets: readonly CompilerTarget[]) => targets.map(({ name }) => name);
  refuseTaken('target', names(further), names(TARGETS));
  if (typeof target !== 'string') return target;
  const targets = [...TARGETS, ...further];
  const found = targets.find(({ name }) => name === target);
  if (found !== undefined) return found;
  throw new UserError(`There is no target '${target}'; the known ones are ${names(targets).join(', ')}.`);
}
