import { join } from 'node:path';
import type { BuildOptions } from 'esbuild';

/**
 * Makes one file of a module and of all that it loads, in the package that is being built.
 *
 * @param folder of the package
 * @param module its path there
 * @param file the path there of what comes of it, which may be the module's own
 * @param options esbuild's, besides
 */
export async function bundleInPackage(
  folder: string,
  module: string,
  file: string,
  options: BuildOptions,
): Promise<void> {
  const { build } = await import('esbuild');
  await build({
    entryPoints: [join(folder, module)],
    outfile: join(folder, file),
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
