import { fork } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { linearRegression } from 'simple-statistics';
import tiny from '../../models/presets/tiny.ts';
import type { Benchmark } from '../benchmark.ts';
import { exactly } from '../measure/statistics.ts';
import { compileSeeded } from '../support/artifact.ts';
import { type MemorySample, memorySample } from '../support/memory-sample.ts';
import { withTemporaryFolder } from '../support/temporary-folder.ts';

const REQUESTS = 1000;
const SAMPLES = 20;

/** The part of the samples during which caches and heaps still fill. */
const WARM_UP = 0.25;

export const benchmark: Benchmark = {
  name: 'memory',
  summary: 'resident memory over many requests, each with a new image',
  run: ({ quick, threads, note }) =>
    withTemporaryFolder(async (folder) => {
      const requests = quick ? REQUESTS / 10 : REQUESTS;
      const artifact = join(folder, 'tiny');
      await compileSeeded(tiny, artifact);
      note(`${requests} requests`);
      const samples = await answerRequests([artifact, requests, SAMPLES, threads].map(String));
      const settled = samples.slice(Math.floor(samples.length * WARM_UP));
      const [first] = settled;
      const last = samples.at(-1);
      if (first === undefined || last === undefined) throw new Error('no sample came back');
      const { m: growth } = linearRegression(settled.map(({ request, resident }) => [request, resident]));
      return [
        {
          title: `${requests} requests`,
          cases: [
            {
              name: 'resident memory',
              variants: {
                [`after ${first.request}`]: exactly(first.resident / 1e6, 'MB'),
                [`after ${last.request}`]: exactly(last.resident / 1e6, 'MB'),
                highest: exactly(Math.max(...settled.map(({ resident }) => resident)) / 1e6, 'MB'),
                'growth a request': exactly(growth / 1e3, 'kB'),
              },
              comparisons: [],
            },
          ],
          notes: [
            'Two shots and a query; greedy, every tenth with beams or scored choices; room for few images, so that they are turned out throughout.',
            "Sampled after a collection of the caller's garbage; growth is a line through the samples after the first quarter.",
          ],
        },
      ];
    }),
};

function answerRequests(options: readonly string[]): Promise<readonly MemorySample[]> {
  const script = fileURLToPath(new URL('../children/requests.ts', import.meta.url));
  return new Promise((resolve, reject) => {
    const samples: MemorySample[] = [];
    const child = fork(script, options, { execArgv: ['--expose-gc', '--import', 'tsx'] });
    child.on('message', (message) => samples.push(memorySample.parse(message)));
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code === 0) resolve(samples);
      else reject(new Error(`the process that answers requests ended with ${code}`));
    });
  });
}
