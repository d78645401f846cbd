import { fileURLToPath } from 'node:url';

const ENTRY = fileURLToPath(new URL('../dist/dsl/chevrotain.js', import.meta.url));

/**
 * Makes one file of the parser generator in the package that was built in `dist`: what the package asks of it is then
 * there for `require` too, and nobody has to install it.
 */
export async function bundleParser(): Promise<void> {
  const { build } = await import('esbuild');
  await build({
    entryPoints: [ENTRY],
    outfile: ENTRY,
    allowOverwrite: true,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // Names stay, for stacks of errors and for the parser itself, which goes by the names of rules.
    minifySyntax: true,
    minifyWhitespace: true,
    banner: { js: '/*! chevrotain (https://chevrotain.io), Apache License 2.0, in one file */' },
    legalComments: 'inline',
    logLevel: 'silent',
  });
}
