import { execFile } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Benchmark } from '../benchmark.ts';
import { interleave } from '../measure/interleave.ts';
import { compare, spreadOf } from '../measure/statistics.ts';
import { withTemporaryFolder } from '../support/temporary-folder.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BARE = fileURLToPath(new URL('../children/bare-sessions.mjs', import.meta.url));
const BARE_ANSWER = fileURLToPath(new URL('../children/bare-answer.mjs', import.meta.url));
const EXAMPLES = join(ROOT, 'models/emoji/examples');

const execute = promisify(execFile);

/** Builds the package and installs it as users do, into a project of its own. */
async function install(folder: string): Promise<void> {
  await execute('npm', ['run', 'build'], { cwd: ROOT });
  await execute('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: ROOT });
  const [tarball = ''] = await readdir(folder);
  await writeFile(join(folder, 'package.json'), '{ "private": true }');
  await execute('npm', ['install', '--no-audit', '--no-fund', `./${tarball}`], {
    cwd: folder,
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
  });
}

export const benchmark: Benchmark = {
  name: 'cold-start',
  summary:
    'an answer of the small model by the command line of the installed package, against the least it takes',
  large: true,
  run: ({ quick, note }) =>
    withTemporaryFolder(async (folder) => {
      note('build, pack and install the package');
      await install(folder);
      const cli = join(folder, 'node_modules/flamingo-onnx/cli/flamingo.mjs');
      const node = (...words: string[]) => execute(process.execPath, words, { cwd: folder });
      await node(cli, 'compile', 'emoji', '--out', 'emoji');
      const picture = (name: string) => join(EXAMPLES, `openmoji-${name}.png`);
      const examples = ['red-apple', 'bicycle'];
      const shots = examples.flatMap((name) => ['--shot', picture(name), name]);
      const asked = picture('high-heeled-shoe');
      const graphs = ['vision', 'language'].map((graph) => join(folder, 'emoji', `${graph}.onnx`));
      note('answers');
      const samples = await interleave(
        {
          run: () => node(cli, 'run', 'emoji', ...shots, '--image', asked),
          answer: () => node(BARE_ANSWER, folder, join(folder, 'emoji'), ...examples.map(picture), asked),
          sessions: () => node(BARE, folder, ...graphs),
          runtime: () => node(BARE, folder),
          node: () => node('-e', '0'),
        },
        { seconds: quick ? 1 : 40, least: quick ? 2 : 10 },
      );
      return [
        {
          title: 'From cold, by the clock',
          cases: [
            {
              name: 'two examples and a picture, emoji',
              variants: {
                'flamingo run': spreadOf(samples.run, 'ms'),
                'the least that an answer takes: besides, sharp, the pictures and the runs': spreadOf(
                  samples.answer,
                  'ms',
                ),
                'Node, ONNX Runtime and its two sessions': spreadOf(samples.sessions, 'ms'),
                'Node and ONNX Runtime': spreadOf(samples.runtime, 'ms'),
                Node: spreadOf(samples.node, 'ms'),
              },
              comparisons: [
                compare('run / the least', samples.run, samples.answer),
                compare('run / sessions alone', samples.run, samples.sessions),
              ],
            },
          ],
          notes: ['Aim: 500 ms. A process each; files are in the memory of the system by then.'],
        },
      ];
    }),
};
