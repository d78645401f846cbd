import { withCallSite } from '../../dsl/call-site.ts';
import { inScope } from '../../dsl/scope.ts';
import type { Operation } from '../../dsl/tensor.ts';

/** Runs `body` so that every operation it applies carries the line and the scope of `operation`. */
export function onBehalfOf<R>(operation: Operation, body: () => R): R {
  return withCallSite(operation.callSite, () => inScope(operation.scope, body));
}
