import type { Extensions } from './extensions.ts';

/** What a `flamingo.config.ts` exports. */
export interface FlamingoConfig {
  readonly kind: 'config';
  readonly extensions: Extensions;
}

/**
 * The configuration of a project: what it adds to this one, which the command line then knows.
 *
 *     // flamingo.config.ts
 *     export default defineConfig({ families: [mine], targets: [npu], rules: [{ name: 'mine', text }] });
 *
 * The command line reads the `flamingo.config.ts` of the folder that it is called in, or the file of `--config`.
 */
export function defineConfig(extensions: Extensions): FlamingoConfig {
  return Object.freeze({ kind: 'config', extensions: Object.freeze({ ...extensions }) });
}
