import type { Plugin } from 'esbuild';
import { bundleInPackage } from './bundle-in-package.ts';

/** What has native code, and what a thread seldom needs. */
const APART = ['onnxruntime-node', 'sharp', 'tsx'];

/** Zod words its messages in fifty languages, of which this package asks for none but English. */
const inEnglish: Plugin = {
  name: 'in-english',
  setup({ onLoad }) {
    onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
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
    plugins: [inEnglish],
    legalComments: 'linked',
  });
}
