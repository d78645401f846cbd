import type { GraphPort } from '../../../artifact/manifest.ts';
import type { Dtype } from '../../../dsl/dtype.ts';
import type { TritonDtype, TritonPort } from './model-config.ts';

const TRITON_DTYPES: Readonly<Record<Dtype, TritonDtype>> = {
  float32: 'TYPE_FP32',
  float16: 'TYPE_FP16',
  bfloat16: 'TYPE_BF16',
  int64: 'TYPE_INT64',
  int32: 'TYPE_INT32',
  int8: 'TYPE_INT8',
  uint8: 'TYPE_UINT8',
  bool: 'TYPE_BOOL',
};

/** An input or output of a graph, open sizes as -1. */
export function tritonPort({ name, dtype, shape }: GraphPort): TritonPort {
  const dims = shape.map((size) => (typeof size === 'number' ? size : -1));
  return { name, data_type: TRITON_DTYPES[dtype], dims };
}

/** As `tritonPort`, without the first axis, along which Triton joins requests. */
export function withoutBatch(port: GraphPort): TritonPort {
  const { dims, ...rest } = tritonPort(port);
  return { ...rest, dims: dims.slice(1) };
}
