import { bundleInPackage } from './bundle-in-package.ts';

/**
 * Makes one file of the parser generator in the package that is being built in `folder`: what the package asks of it is then
 * there for `require` too, and nobody has to install it.
 */
export async function bundleParser(folder: string): Promise<void> {
  await bundleInPackage(folder, 'dsl/chevrotain.js', 'dsl/chevrotain.js', {
    banner: { js: '/*! chevrotain (https://chevrotain.io), Apache License 2.0, in one file */' },
    legalComments: 'inline',
  });
}
