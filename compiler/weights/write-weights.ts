import { elementCount } from '../../dsl/element-count.ts';
import type { ParameterInfo } from '../../dsl/tensor.ts';
import { UserError } from '../artifact/user-error.ts';
import { float16Bits } from '../onnx/scalar.ts';
import { initialValues } from './initialise.ts';
import type { WeightSource } from './match-weights.ts';
import { type StoredData, type WrittenSafetensors, writeSafetensors } from './safetensors.ts';

export interface WeightOrder {
  readonly parameters: readonly ParameterInfo[];
  readonly sources: ReadonlyMap<string, WeightSource>;
  readonly seed: number;
  /** Called before each tensor with the bytes written so far and in all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Writes an artifact's weight file one tensor at a time: loaded from its source where it has one, drawn from the seed
 * where it has none. Memory stays at about one tensor.
 *
 * @throws UserError for a weight that is not a finite number, naming the tensor and the place
 */
export async function writeWeights(path: string, order: WeightOrder): Promise<WrittenSafetensors> {
  const sizes = order.parameters.map((parameter) => elementCount(parameter.shape));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let done = 0;
  const tensors = order.parameters.map((parameter, index) => ({
    name: parameter.name ?? `parameter.${index}`,
    dtype: parameter.dtype,
    shape: parameter.shape,
    data: async (): Promise<StoredData> => {
      order.onProgress?.(done, total);
      done += sizes[index] ?? 0;
      return stored(await valuesOf(parameter, order), parameter);
    },
  }));
  const written = await writeSafetensors(path, tensors);
  order.onProgress?.(total, total);
  return written;
}

async function valuesOf(parameter: ParameterInfo, { sources, seed }: WeightOrder): Promise<Float32Array> {
  const source = sources.get(parameter.name ?? '');
  if (source === undefined) return initialValues(parameter, seed);
  const values = await source.file.readFloat32(source.name);
  const broken = values.findIndex((value) => !Number.isFinite(value));
  if (broken >= 0) {
    throw new UserError(
      `${source.file.path}: tensor '${source.name}' holds ${values[broken]} at element ${broken}, but weights must be finite numbers; the file may come from a training run that diverged.`,
    );
  }
  return values;
}

function stored(values: Float32Array, parameter: ParameterInfo): StoredData {
  if (parameter.dtype === 'float32') return values;
  if (parameter.dtype !== 'float16')
    throw new Error(`parameter ${parameter.name} has dtype ${parameter.dtype}`);
  return Uint16Array.from(values, float16Bits);
}
