import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';

const ENTRY = fileURLToPath(new URL('../dist/runtime/worker/flamingo-worker.js', import.meta.url));

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
 * Makes one file of the thread that computes and of all that it loads, in the package that was built in `dist`: some four
 * hundred modules take longer to be found and read one by one than the small model takes to answer.
 */
export async function bundleWorker(): Promise<void> {
  const { build } = await import('esbuild');
  await build({
    entryPoints: [ENTRY],
    outfile: ENTRY,
    allowOverwrite: true,
    bundle: true,
    external: APART,
    plugins: [inEnglish],
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // Names stay, for stacks of errors.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'linked',
    logLevel: 'silent',
  });
}
