import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { ROOT } from '../../frontend/author-folder.ts';

/** Bytes of a file of annotations, and of the heap of who reads it: its text alone would not fit. */
const FILE = 32 * 2 ** 20;
const HEAP = 32;

const READER = `
import { sampleOf } from '${ROOT}/runtime/evaluate/benchmark/random.ts';
import { vqaQuestions } from '${ROOT}/runtime/evaluate/benchmark/readers/vqa-files.ts';
const context = { title: 'VQAv2', folder: process.argv[1], split: 'val', leftOut() {} };
const items = vqaQuestions(context, ['questions.json'], String);
const sample = await sampleOf(items, 50, 'items');
process.stdout.write(String(sample.length));
`;

describe('a file of annotations that is larger than the memory', () => {
  it('is read as a stream', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'large-'));
    try {
      const path = join(folder, 'questions.json');
      const file = createWriteStream(path);
      file.write('{"questions": [');
      const question = 'What is it that can be seen there, and what else? '.repeat(8);
      for (let id = 0, bytes = 0; bytes < FILE; id += 1) {
        const row = JSON.stringify({ question, question_id: id, image_id: id });
        bytes += row.length;
        if (!file.write(`${id === 0 ? '' : ','}${row}`)) await once(file, 'drain');
      }
      file.end(']}');
      await finished(file);
      assert.ok((await stat(path)).size > FILE);
      const words = [
        `--max-old-space-size=${HEAP}`,
        '--import',
        'tsx',
        '--input-type=module',
        '-e',
        READER,
        folder,
      ];
      const child = spawn(process.execPath, words, { cwd: ROOT });
      const [stdout, stderr, [code]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'close'),
      ]);
      assert.deepEqual([code, stdout], [0, '50'], stderr);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
