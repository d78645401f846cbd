import { withinScope } from '../scope.ts';
import type { Tensor } from '../tensor.ts';

/** Ties a function of one tensor to its parameters, so that naming finds them and operations know where they are. */
export function layer<P extends object>(name: string, parts: P, forward: (x: Tensor) => Tensor) {
  const call = (x: Tensor): Tensor => withinScope({ block: call, name }, () => forward(x));
  return Object.assign(call, { parts });
}
