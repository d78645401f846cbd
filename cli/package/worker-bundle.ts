import { bundleInPackage } from './bundle-in-package.ts';
import { sharpInside } from './sharp-inside.ts';
import { zodByName } from './zod-by-name.ts';

/** What has native code, and what a thread seldom needs. */
const APART = ['onnxruntime-node', 'tsx'];

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

/** Makes one file of the thread that a graph has to itself, beside the one of the command line, which starts it. */
export async function bundleGraphThread(folder: string): Promise<void> {
  await bundleInPackage(folder, 'runtime/graph-thread/graph-worker.js', 'cli/graph-worker.cjs', {
    format: 'cjs',
    external: APART,
    plugins: [zodByName],
  });
}
