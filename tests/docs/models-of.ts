import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../frontend/author-folder.ts';

/** The models of a page: its pieces of TypeScript that export one. */
export async function modelsOf(page: string): Promise<readonly string[]> {
  const text = await readFile(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)]
    .map(([, code = '']) => code)
    .filter((code) => code.includes('export default'));
}
