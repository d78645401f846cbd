import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { elementCount } from '../../dsl/element-count.ts';
import type { Program } from '../../dsl/program/program.ts';

/** Bytes after which the next shard begins. */
const SHARD = 5e9;

/**
 * Writes a float16 checkpoint of a model's whole size, in shards with an index, as sparse files: zeros that take no
 * room on the disk, so that 160 GB can be compiled anywhere. Its values mean nothing.
 *
 * @param shard bytes after which the next shard begins
 * @returns the bytes that it seems to have
 */
export async function sparseCheckpoint(program: Program, folder: string, shard = SHARD): Promise<number> {
  const shards: [name: string, entry: object][][] = [[]];
  let end = 0;
  let total = 0;
  const sizes: number[] = [];
  for (const [name, { shape }] of program.parameters) {
    const bytes = 2 * elementCount(shape);
    if (end > 0 && end + bytes > shard) {
      sizes.push(end);
      shards.push([]);
      end = 0;
    }
    shards.at(-1)?.push([name, { dtype: 'F16', shape, data_offsets: [end, end + bytes] }]);
    end += bytes;
    total += bytes;
  }
  sizes.push(end);
  const map: Record<string, string> = {};
  for (const [index, entries] of shards.entries()) {
    const file = `model-${String(index + 1).padStart(5, '0')}.safetensors`;
    const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    const handle = await open(join(folder, file), 'wx');
    await handle.write(Buffer.concat([length, header]));
    await handle.truncate(8 + header.length + (sizes[index] ?? 0));
    await handle.close();
    for (const [name] of entries) map[name] = file;
  }
  await writeFile(join(folder, 'model.safetensors.index.json'), JSON.stringify({ weight_map: map }));
  return total;
}
