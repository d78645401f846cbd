import { join } from 'node:path';
import { fileOfKind } from '../../artifact/artifact-names.ts';
import type { Manifest } from '../../artifact/manifest.ts';

/** Path of one of an artifact's files, by the name in the manifest or by what it is: `tokenizer.json`. */
export function pathIn(directory: string, { files }: Manifest, file: string): string {
  return join(directory, fileOfKind(files, file) ?? file);
}
