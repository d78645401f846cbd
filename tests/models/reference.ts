import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSafetensors, type SafetensorsFile } from '../../artifact/weights/safetensors.ts';
import { tensorsUnder } from '../../cli/verify/prefixed-file.ts';
import * as onnxruntime from '../../runtime/onnx-runtime.ts';

export { tensorsUnder };

const FOLDER = fileURLToPath(new URL('../references/', import.meta.url));

/** A reference file made by `tests/references/generate.py` from the original implementation. */
export async function openReference(name: string): Promise<SafetensorsFile> {
  return openSafetensors(join(FOLDER, name));
}

/** The original's config that a reference keeps. */
export function configOf(file: SafetensorsFile): unknown {
  return JSON.parse(file.metadata.get('config') ?? '{}');
}

/** The config of one part of a joined model. */
export function sectionOf(file: SafetensorsFile, section: string): unknown {
  return property(configOf(file), section);
}

/** The sizes that a reference was made with, by Hugging Face's and OpenFlamingo's own field names. */
export function sizesOf(file: SafetensorsFile, section?: string): (field: string) => number {
  const fields = section === undefined ? configOf(file) : sectionOf(file, section);
  return (field) => {
    const value = property(fields, field);
    if (typeof value !== 'number') throw new Error(`${file.path}: config has no number ${field}`);
    return value;
  };
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}

/** A file without the tensors whose names contain `part`. */
export function without(file: SafetensorsFile, part: string): SafetensorsFile {
  return {
    ...file,
    names: file.names.filter((name) => !name.includes(part)),
    has: (name) => !name.includes(part) && file.has(name),
  };
}

/**
 * The weight files of a joined model: its frozen parts as they were, then the trained ones, whose grown token
 * embeddings take the place of the frozen ones.
 */
export function joinedWeights(file: SafetensorsFile): readonly SafetensorsFile[] {
  return ['vision.', 'language.', 'weights.'].map((part) => tensorsUnder(file, part));
}

/** A stored tensor as ONNX Runtime takes it. */
export async function feed(file: SafetensorsFile, name: string): Promise<onnxruntime.Tensor> {
  const { shape, dtype } = file.tensor(name);
  const data = await file.read(name);
  if (data instanceof Float32Array) return new onnxruntime.Tensor('float32', data, shape);
  if (data instanceof BigInt64Array) return new onnxruntime.Tensor('int64', data, shape);
  if (data instanceof Uint8Array) return new onnxruntime.Tensor('bool', data, shape);
  throw new Error(`${name} is ${dtype}`);
}

/** The rows of a stored int64 matrix, as numbers. */
export async function rowsOf(file: SafetensorsFile, name: string): Promise<number[][]> {
  const [rows = 0, columns = 0] = file.tensor(name).shape;
  const values = Array.from((await file.read(name)) as Iterable<bigint | number>, Number);
  return Array.from({ length: rows }, (_, row) => values.slice(row * columns, (row + 1) * columns));
}
