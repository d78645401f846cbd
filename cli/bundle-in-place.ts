import { fileURLToPath } from 'node:url';
import type { BuildOptions } from 'esbuild';

/**
 * Makes one file of a module and of all that it loads, in its place in the package that was built in `dist`.
 *
 * @param module its path in `dist`
 * @param options esbuild's, besides
 */
export async function bundleInPlace(module: string, options: BuildOptions): Promise<void> {
  const { build } = await import('esbuild');
  const entry = fileURLToPath(new URL(`../dist/${module}`, import.meta.url));
  await build({
    entryPoints: [entry],
    outfile: entry,
    allowOverwrite: true,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // Names stay, for stacks of errors and for the parser generator, which goes by the names of rules.
    minifySyntax: true,
    minifyWhitespace: true,
    logLevel: 'silent',
    ...options,
  });
}
