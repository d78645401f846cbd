import { rename, writeFile } from 'node:fs/promises';

/** Writes a text file so that it is there whole or as it was before, also when the process is killed meanwhile. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const partial = `${path}.partial`;
  await writeFile(partial, text);
  await rename(partial, path);
}
