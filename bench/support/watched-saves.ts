import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ownProgram } from '../../cli/own-program.ts';

/** The preset `tiny` as a file, another at every save: it has a resampler of so many layers. */
const tiny = (depth: number) => `import { clipVit, flamingo, opt } from 'flamingo-onnx';

export default flamingo({
  name: 'tiny',
  vision: clipVit({ image: 28, patch: 14, dim: 32, layers: 1, heads: 2 }),
  resampler: { depth: ${depth}, heads: 2, headDim: 16, latents: 8 },
  language: opt({ dim: 64, layers: 2, heads: 4, vocabulary: 261, contextLength: 512 }),
  crossAttention: { every: 1 },
});
`;

/** Between two saves, in milliseconds: an author is no faster. */
const PAUSE = 1500;

/**
 * Saves a tiny model under `flamingo compile --watch`.
 *
 * @returns milliseconds from each save to the compiled model, the first compilation first
 */
export async function watchedSaves(count: number): Promise<readonly number[]> {
  const folder = await mkdtemp(join(tmpdir(), 'watched-saves-'));
  try {
    const file = join(folder, 'tiny.ts');
    await writeFile(file, tiny(1));
    const words = ['compile', file, '--out', join(folder, 'out'), '--watch'];
    let started = performance.now();
    const child = spawn(process.execPath, [ownProgram(), ...words], { stdio: ['ignore', 'pipe', 'ignore'] });
    const ended = once(child, 'exit');
    try {
      const times: number[] = [];
      for (let save = 0; save <= count; save++) {
        if (save > 0) {
          await sleep(PAUSE);
          started = performance.now();
          await writeFile(file, tiny(1 + (save % 3)));
        }
        await compiled(child.stdout, ended);
        times.push(performance.now() - started);
      }
      return times;
    } finally {
      child.kill('SIGINT');
      await ended;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The next compiled model is told of on stdout, in several lines at once. */
async function compiled(stdout: NodeJS.ReadableStream, ended: Promise<unknown>): Promise<void> {
  for (;;) {
    const said = await Promise.race([
      once(stdout, 'data').then(([data]) => String(data)),
      ended.then(() => undefined),
    ]);
    if (said === undefined) throw new Error('flamingo compile --watch has ended');
    if (said.includes('✓')) return;
  }
}
