import onnxProto from 'onnx-proto';
import type { Dtype } from '../../dsl/dtype.ts';
import { DATA_TYPE } from './data-type.ts';
import { AS_STORED, NAMES_APART, type ParameterStorage, placeParameter } from './parameter-storage.ts';

const { onnx } = onnxProto;

/**
 * A compiled model with its weights elsewhere: initializers outside the model point to the new places, and casts stand
 * where, and only where, the new dtype is not the graph's.
 *
 * @param bytes an ONNX model that `encodeModel` wrote
 * @param locate the new place of a parameter, by its name in the program
 */
export function relocateModel(
  bytes: Uint8Array,
  locate: (parameter: { readonly name: string }) => ParameterStorage,
): Uint8Array {
  const model = onnx.ModelProto.decode(bytes);
  const { graph } = model;
  if (graph === null || graph === undefined) throw new Error('the model has no graph');
  const initializers = graph.initializer ?? [];
  const weights = initializers.filter(
    ({ dataLocation }) => dataLocation === onnx.TensorProto.DataLocation.EXTERNAL,
  );
  const casts = new Map(
    (graph.node ?? []).flatMap((node) => {
      const [input = ''] = node.input ?? [];
      return node.opType === 'Cast' && input.endsWith(AS_STORED) ? [[input, node] as const] : [];
    }),
  );
  const placed = weights.map(({ name: stored, dataType, dims, docString }) => {
    const cast = casts.get(stored ?? '');
    const name = cast?.output?.[0] ?? stored ?? '';
    const type = cast === undefined ? dataType : Number(cast.attribute?.[0]?.i);
    const joins = (docString ?? name).split(NAMES_APART).map((each) => ({ name: each }));
    const parameter = { name, joins, dtype: dtypeOf(type), shape: (dims ?? []).map(Number) };
    return placeParameter({ name, parameter }, joins.map(locate));
  });
  const removed = new Set(casts.values());
  graph.node = [
    ...placed.flatMap(({ cast }) => cast ?? []),
    ...(graph.node ?? []).filter((node) => !removed.has(node)),
  ];
  graph.initializer = [
    ...initializers.filter((initializer) => !weights.includes(initializer)),
    ...placed.map(({ initializer }) => initializer),
  ];
  return onnx.ModelProto.encode(model).finish();
}

function dtypeOf(type: number | null | undefined): Dtype {
  for (const dtype of ['float32', 'float16', 'bfloat16', 'uint8', 'int8'] as const)
    if (DATA_TYPE[dtype] === type) return dtype;
  throw new Error(`a weight of ONNX's type ${type}`);
}
