import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

const ZOD = "import { z } from 'zod'";

/** Of a namespace a bundler takes what is used; of `z`, an object, it would take all: fifty languages, and JSON schemas. */
export const zodByName: Plugin = {
  name: 'zod-by-name',
  setup({ onLoad }) {
    onLoad({ filter: /\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      return text.includes(ZOD) ? { contents: text.replace(ZOD, "import * as z from 'zod'") } : undefined;
    });
  },
};
