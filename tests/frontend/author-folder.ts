import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The clone that the tests run in. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A folder outside this package, as an author's is: no package.json, nothing installed. */
export interface AuthorFolder {
  readonly path: string;
  /** Writes a file and returns its absolute path. */
  write(name: string, text: string): Promise<string>;
  remove(): Promise<void>;
}

export async function authorFolder(): Promise<AuthorFolder> {
  const path = await mkdtemp(join(tmpdir(), 'author-'));
  return {
    path,
    async write(name, text) {
      const file = join(path, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
      return file;
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}
