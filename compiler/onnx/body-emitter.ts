import type { Dtype } from '../../dsl/dtype.ts';
import type { ConstantData, Dim } from '../../dsl/tensor.ts';
import { GraphEmitter, type LowerBody } from './graph-emitter.ts';

/**
 * Collects the nodes of a graph that a node of another runs. Constants and sizes are the other's, computed once; names
 * are unique in both.
 */
export class BodyEmitter extends GraphEmitter {
  constructor(
    private readonly around: GraphEmitter,
    lowerBody: LowerBody,
  ) {
    super(around.target, around.fusion, lowerBody);
  }

  override constant(data: ConstantData, shape: readonly number[], dtype?: Dtype): string {
    return this.known(this.around.constant(data, shape, dtype), this.around);
  }

  override shape(dims: readonly Dim[]): string {
    return this.known(this.around.shape(dims), this.around);
  }

  override size(dim: Dim): string {
    return this.known(this.around.size(dim), this.around);
  }

  override uniqueName(wanted: string): string {
    return this.around.uniqueName(wanted);
  }

  /** A value of the graph around it, in its dtype there. */
  known(value: string, around: GraphEmitter): string {
    const dtype = around.dtypeOf(value);
    if (dtype !== undefined) this.describe(value, dtype);
    return value;
  }
}
