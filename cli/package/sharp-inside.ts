import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { Plugin } from 'esbuild';

const require = createRequire(import.meta.url);

/** What sharp's modules ask of the installed packages: native code, which no file can have in it. */
const NATIVE = /\brequire\((?=["'`](?:@img\/sharp-|\.\.\/src\/))/g;

/** Where they find it: beside the sharp that is installed, wherever that lies. */
const INSTALLED = `const { createRequire } = require('node:module');
const beside = createRequire(__filename);
const installed = createRequire(beside.resolve('sharp'));
`;

/**
 * Puts sharp's JavaScript into a CommonJS file: some eighty modules, most of them for comparing two versions, that take as
 * long to be found as the native library takes to be loaded. Its native code is of one release with them, so where another
 * release of sharp is installed than the file was made with, that one is loaded whole.
 */
export const sharpInside: Plugin = {
  name: 'sharp-inside',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^sharp$/ }, () => ({ path: 'sharp', namespace: 'sharp' }));
    onLoad({ filter: /.*/, namespace: 'sharp' }, () => {
      const entry = require.resolve('sharp');
      const { version } = createRequire(entry)('../package.json');
      return {
        contents: `${INSTALLED}module.exports =
          installed('../package.json').version === ${JSON.stringify(version)}
            ? require(${JSON.stringify(entry)})
            : beside('sharp');`,
        resolveDir: dirname(entry),
      };
    });
    onLoad({ filter: /[\\/]sharp[\\/]dist[\\/]\w+\.cjs$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = text.replace(NATIVE, 'installed(');
      return { contents: contents === text ? text : INSTALLED + contents };
    });
  },
};
