import type { Dtype } from '../../dsl/dtype.ts';
import type { ConstantData, Dim } from '../../dsl/tensor.ts';
import { GraphEmitter, type LowerWithin } from './graph-emitter.ts';

/**
 * Collects the nodes of a graph that a node of another runs. Constants and sizes are the other's, computed once; names
 * are unique in both.
 */
export class BodyEmitter extends GraphEmitter {
  constructor(
    private readonly around: GraphEmitter,
    lowerWithin: LowerWithin,
  ) {
    super(around.target, around.fusion, lowerWithin);
  }

  override constant(data: ConstantData, shape: readonly number[], dtype?: Dtype): string {
    return this.around.constant(data, shape, dtype);
  }

  override shape(dims: readonly Dim[]): string {
    return this.around.shape(dims);
  }

  override size(dim: Dim): string {
    return this.around.size(dim);
  }

  override uniqueName(wanted: string): string {
    return this.around.uniqueName(wanted);
  }

  /** The values of the graph around it are known here. */
  override dtypeOf(value: string): Dtype | undefined {
    return super.dtypeOf(value) ?? this.around.dtypeOf(value);
  }
}
