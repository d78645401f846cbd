import type { Program } from '../../dsl/program.ts';
import { type AuthorFileKind, isOfKind, loadAuthorFile } from './load-author-file.ts';

export interface LoadModelOptions {
  /** Which export is the model; its default export unless told. */
  readonly exportName?: string;
}

const MODEL: AuthorFileKind<Program> = {
  name: 'model',
  maker: 'flamingo({ ... })',
  accepts: (value): value is Program => isOfKind(value, 'program'),
};

/** Loads an author's model file, as `loadAuthorFile` does. */
export function loadModel(file: string, { exportName }: LoadModelOptions = {}): Promise<Program> {
  return loadAuthorFile(file, MODEL, exportName);
}
