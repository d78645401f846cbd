import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';
import { bundleInPackage } from './bundle-in-package.ts';
import { sharpInside } from './sharp-inside.ts';

/** What has native code, and what a thread seldom needs. */
const APART = ['onnxruntime-node', 'tsx'];

const ZOD = "import { z } from 'zod'";

/** Of a namespace a bundler takes what is used; of `z`, an object, it would take all: fifty languages, and JSON schemas. */
const zodByName: Plugin = {
  name: 'zod-by-name',
  setup({ onLoad }) {
    onLoad({ filter: /\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      return text.includes(ZOD) ? { contents: text.replace(ZOD, "import * as z from 'zod'") } : undefined;
    });
  },
};

/**
 * Makes one file of the thread that computes and of all that it loads, in the package that is being built in `folder`: some four
 * hundred modules take longer to be found and read one by one than the small model takes to answer. It is CommonJS, in
 * which ONNX Runtime and sharp are there in half the time; who bundles a program takes the modules beside it.
 */
export async function bundleWorker(folder: string): Promise<void> {
  await bundleInPackage(folder, 'runtime/worker/flamingo-worker.js', 'runtime/worker/flamingo-worker.cjs', {
    format: 'cjs',
    external: APART,
    plugins: [zodByName, sharpInside],
    legalComments: 'linked',
  });
}
