import type { FlamingoConfig } from '../config.ts';
import { type AuthorFileKind, isOfKind, loadAuthorFile } from './load-author-file.ts';

const CONFIG: AuthorFileKind<FlamingoConfig> = {
  name: 'configuration',
  maker: 'defineConfig({ ... })',
  accepts: (value): value is FlamingoConfig => isOfKind(value, 'config'),
};

/** Loads a project's `flamingo.config.ts`, as `loadAuthorFile` does. */
export function loadConfig(file: string): Promise<FlamingoConfig> {
  return loadAuthorFile(file, CONFIG);
}
