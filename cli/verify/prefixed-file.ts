import type { SafetensorsFile } from '../../artifact/weights/safetensors.ts';

/** The tensors of a file whose names start with `prefix`, under their names without it. */
export function tensorsUnder(file: SafetensorsFile, prefix: string): SafetensorsFile {
  return {
    path: file.path,
    notes: file.notes,
    headers: file.headers,
    metadata: file.metadata,
    names: file.names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length)),
    has: (name) => file.has(prefix + name),
    tensor: (name) => ({ ...file.tensor(prefix + name), name }),
    read: (name) => file.read(prefix + name),
    readFloat32: (name) => file.readFloat32(prefix + name),
    float32Pieces: (name, rows) => file.float32Pieces(prefix + name, rows),
  };
}
