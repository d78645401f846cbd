import { add } from '../../dsl/operators/add.ts';
import type { Tensor } from '../../dsl/tensor.ts';

/** What has come back to each tensor so far: a tensor that is used several times gets the sum. */
export class Cotangents {
  private readonly sums = new Map<object, Tensor>();

  add(tensor: Tensor, cotangent: Tensor): void {
    const known = this.sums.get(identityOf(tensor));
    this.sums.set(identityOf(tensor), known === undefined ? cotangent : add(known, cotangent));
  }

  of(tensor: Tensor): Tensor | undefined {
    return this.sums.get(identityOf(tensor));
  }
}

/** The one object that stands for a value: tied parameters and results of one operation may have several tensors. */
export function identityOf(tensor: Tensor): object {
  const { source } = tensor;
  if (source.kind === 'parameter') return source.parameter;
  if (source.kind === 'operation') return source.operation.outputs[source.output] ?? tensor;
  return tensor;
}
