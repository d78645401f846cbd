import { bundleInDist } from './bundle-in-dist.ts';

/**
 * Makes one file of the parser generator in the package that was built in `dist`: what the package asks of it is then
 * there for `require` too, and nobody has to install it.
 */
export async function bundleParser(): Promise<void> {
  await bundleInDist('dsl/chevrotain.js', 'dsl/chevrotain.js', {
    banner: { js: '/*! chevrotain (https://chevrotain.io), Apache License 2.0, in one file */' },
    legalComments: 'inline',
  });
}
