import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zipEntries } from '../../compiler/weights/read/zip-entries.ts';

const FOLDER = 'tests/references/checkpoints';

/** The pickles of the tests' own checkpoints. */
export async function checkpointPickles(): Promise<readonly Uint8Array[]> {
  const pickles: Uint8Array[] = [];
  for (const name of await readdir(FOLDER)) {
    if (!name.endsWith('.pt') || name.startsWith('legacy')) continue;
    const path = join(FOLDER, name);
    const { entries } = await zipEntries(path, () => false);
    const found = [...entries.values()].find((entry) => entry.name.endsWith('/data.pkl'));
    if (found === undefined) continue;
    pickles.push((await readFile(path)).subarray(found.offset, found.offset + found.bytes));
  }
  return pickles;
}
