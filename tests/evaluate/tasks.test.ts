import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { UserError } from '../../artifact/user-error.ts';
import { readTasks } from '../../runtime/evaluate/read-tasks.ts';
import { parseTask } from '../../runtime/evaluate/task.ts';
import { ROOT } from '../frontend/author-folder.ts';

const GOOD = {
  id: 'a',
  kind: 'name',
  shots: [{ image: 'cat.png', text: 'Output: cat' }],
  image: 'cat.png',
  text: 'Output:',
  answers: ['cat'],
};

describe('task files', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tasks-'));
    await copyFile(join(ROOT, 'tests/images/cat.png'), join(folder, 'cat.png'));
    await writeFile(join(folder, 'words.png'), 'no picture');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const read = async (lines: readonly string[], options = {}) => {
    const path = join(folder, 'tasks.jsonl');
    await writeFile(path, lines.join('\n'));
    return readTasks(path, options);
  };

  it('are read with paths from their folder, and with defaults', async () => {
    const { tasks, problems } = await read([JSON.stringify(GOOD), '', JSON.stringify({ answers: ['x'] })]);
    assert.deepEqual(problems, []);
    const cat = join(folder, 'cat.png');
    assert.deepEqual(tasks, [
      {
        line: 1,
        id: 'a',
        kind: 'name',
        shots: [{ images: [cat], text: 'Output: cat' }],
        query: { images: [cat], text: 'Output:' },
        answers: ['cat'],
      },
      { line: 3, id: '3', kind: 'all', shots: [], query: { images: [], text: '' }, answers: ['x'] },
    ]);
  });

  it('tell broken lines and images by number, and keep the rest', async () => {
    const { tasks, problems } = await read([
      '{"answers": ["x"',
      JSON.stringify(GOOD),
      JSON.stringify({ ...GOOD, answers: [] }),
      JSON.stringify({ ...GOOD, image: 'missing.png' }),
      JSON.stringify({ ...GOOD, shots: [{ image: 'words.png', text: 'x' }] }),
      JSON.stringify({ ...GOOD, choices: ['dog', 'cow'] }),
      JSON.stringify({ ...GOOD, images: ['cat.png'] }),
      '[]',
      JSON.stringify(GOOD),
    ]);
    assert.deepEqual(
      tasks.map(({ line }) => line),
      [2, 9],
    );
    assert.deepEqual(
      problems.map(({ line }) => line),
      [1, 3, 4, 5, 6, 7, 8],
    );
    const said = [
      /is not JSON/,
      /"answers" is not as/,
      /missing\.png/,
      /words\.png/,
      /none of its "answers"/,
      /both/,
      /the task/,
    ];
    for (const [index, { line, message }] of problems.entries()) {
      assert.ok(message.startsWith(`${join(folder, 'tasks.jsonl')} line ${line} is left out: `), message);
      assert.match(message, said[index] ?? /^$/);
      assert.equal(message.split('\n').length, 1);
    }
  });

  it('are read as far as the limit', async () => {
    const { tasks } = await read(Array(5).fill(JSON.stringify(GOOD)), { limit: 3 });
    assert.equal(tasks.length, 3);
  });

  it('that cannot be read are told', async () => {
    await assert.rejects(readTasks(join(folder, 'none.jsonl')), /none\.jsonl cannot be read .*ENOENT/);
    await assert.rejects(readTasks(folder), /is not a file, but a folder/);
  });

  it('never break in another way, whatever a line holds', () => {
    const parse = (line: string) => {
      try {
        parseTask(line, 1, (image) => image);
      } catch (error) {
        assert.ok(error instanceof UserError, String(error));
      }
    };
    fc.assert(fc.property(fc.string(), parse));
    fc.assert(fc.property(fc.json(), parse));
    const value = fc.oneof(fc.constant(undefined), fc.jsonValue({ maxDepth: 2 }));
    const keys = {
      id: value,
      kind: value,
      shots: value,
      image: value,
      images: value,
      text: value,
      choices: value,
    };
    fc.assert(fc.property(fc.record({ ...keys, answers: value }), (task) => parse(JSON.stringify(task))));
    // Any of a good line's characters may be lost or changed.
    const whole = JSON.stringify(GOOD);
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(3), fc.string({ maxLength: 2 }), (place, lost, added) =>
        parse(whole.slice(0, place) + added + whole.slice(place + lost)),
      ),
    );
  });
});
