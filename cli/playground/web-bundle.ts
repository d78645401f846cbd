import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What a page loads, by the name of the file: the library, its worker, and the playground. */
const ENTRIES = {
  flamingo: 'runtime/web/index.ts',
  'flamingo-worker': 'runtime/web/flamingo-worker.ts',
  index: 'cli/playground/page/index.html',
  playground: 'cli/playground/page/playground.ts',
  'playground-style': 'cli/playground/page/playground.css',
};

/**
 * Bundles what pages load, from the sources of a clone. The published package holds what this made, in `dist/web`.
 *
 * @param outdir the folder that gets the files
 */
export async function bundleForWeb(outdir: string): Promise<void> {
  const { build } = await import('esbuild');
  await build({
    absWorkingDir: ROOT,
    entryPoints: ENTRIES,
    outdir,
    bundle: true,
    loader: { '.html': 'copy' },
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    sourcemap: false,
    legalComments: 'linked',
    logLevel: 'silent',
  });
}
