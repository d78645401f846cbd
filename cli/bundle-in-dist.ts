import { fileURLToPath } from 'node:url';
import type { BuildOptions } from 'esbuild';

/**
 * Makes one file of a module and of all that it loads, in the package that was built in `dist`.
 *
 * @param module its path in `dist`
 * @param file the path there of what comes of it, which may be the module's own
 * @param options esbuild's, besides
 */
export async function bundleInDist(module: string, file: string, options: BuildOptions): Promise<void> {
  const { build } = await import('esbuild');
  const inDist = (path: string) => fileURLToPath(new URL(`../dist/${path}`, import.meta.url));
  await build({
    entryPoints: [inDist(module)],
    outfile: inDist(file),
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
