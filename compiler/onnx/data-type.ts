import onnxProto from 'onnx-proto';
import type { Dtype } from '../../dsl/dtype.ts';

const { DataType } = onnxProto.onnx.TensorProto;

/** ONNX's numbers of the dtypes. */
export const DATA_TYPE: Readonly<Record<Dtype, number>> = {
  float32: DataType.FLOAT,
  float16: DataType.FLOAT16,
  bfloat16: DataType.BFLOAT16,
  int64: DataType.INT64,
  int32: DataType.INT32,
  uint8: DataType.UINT8,
  int8: DataType.INT8,
  bool: DataType.BOOL,
};
