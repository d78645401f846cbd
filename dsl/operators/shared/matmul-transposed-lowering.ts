import type { Dtype } from '../../dtype.ts';
import type { Emitter } from '../../emitter.ts';

/** A product with a turned matrix: the factor on it, and what the matrix is. */
export interface TransposedProduct {
  readonly scale: number;
  /** Axes of the right operand. */
  readonly rank: number;
  readonly dtype: Dtype;
}

/** `scale * (left @ right^T)` by ONNX Runtime's FusedMatMul, or of a turned copy where the target has none. */
export function lowerMatmulTransposed(
  emit: Emitter,
  left: string,
  right: string,
  { scale, rank, dtype }: TransposedProduct,
): string {
  if (emit.hasKernel('FusedMatMul', [left, right], 'com.microsoft')) {
    const factor = scale === 1 ? {} : { alpha: { float: scale } };
    return emit.node('FusedMatMul', [left, right], { transB: 1, ...factor }, 'com.microsoft');
  }
  const kept = Array.from({ length: rank - 2 }, (_, axis) => axis);
  const turned = emit.node('Transpose', [right], { perm: [...kept, rank - 1, rank - 2] });
  const product = emit.node('MatMul', [left, turned]);
  return scale === 1 ? product : emit.node('Mul', [product, emit.scalar(scale, dtype)]);
}
