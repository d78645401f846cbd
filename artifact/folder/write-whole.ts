import { rename, rm, writeFile } from 'node:fs/promises';

/**
 * Writes a file so that it is there whole or as it was before, also when the process is killed meanwhile.
 *
 * @throws what the file system says, with nothing left behind
 */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const partial = `${path}.${process.pid}.partial`;
  try {
    await writeFile(partial, content);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
