import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { UserError } from '../../artifact/user-error.ts';
import { LIMITS } from '../../dsl/limits.ts';
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
    const ANY = { ...GOOD, id: undefined };
    const { tasks, problems } = await read([
      '{"answers": ["x"',
      JSON.stringify(ANY),
      JSON.stringify({ ...ANY, id: 1, answers: [] }),
      JSON.stringify({ ...ANY, image: 'missing.png' }),
      JSON.stringify({ ...ANY, shots: [{ image: 'words.png', text: 'x' }] }),
      JSON.stringify({ ...ANY, choices: ['dog', 'cow'] }),
      JSON.stringify({ ...ANY, images: ['cat.png'] }),
      '[]',
      JSON.stringify({ ...ANY, id: 9 }),
      JSON.stringify({ ...ANY, id: 'b', choices: ['dog', 'cat', 'dog'] }),
      JSON.stringify({ id: 'c', shots: {} }),
      JSON.stringify({ ...ANY, id: {} }),
      JSON.stringify({ ...ANY, id: 'd', image: `data:image/png;base64,${'a'.repeat(9000)}` }),
      JSON.stringify({ ...ANY, id: 'e', text: 'x'.repeat(LIMITS.taskLine.most) }),
      JSON.stringify({ ...ANY, id: 'f' }),
    ]);
    assert.deepEqual(
      tasks.map(({ line }) => line),
      [2, 9, 15],
    );
    assert.deepEqual(
      problems.map(({ line }) => line),
      [1, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14],
    );
    const said = [
      /is not JSON/,
      /left out: "answers" is a list of 0 but a list of at least 1 entries is expected: see 'flamingo evaluate --help'\.$/,
      /missing\.png/,
      /words\.png/,
      /none of its "answers"/,
      /both/,
      /left out: the task is a list of 0 but an object is expected: see/,
      /left out: its "choices" have "dog" more than once: write each choice once\.$/,
      /left out: "shots" is an object but a list is expected: see/,
      /left out: "id" is an object but a text or a number is expected: see/,
      /its picture 'data:image\/png;base64,a+…' is an address, but the path of a file is expected: save/,
      /it has more than 1048576 characters, which is more than is read: give the paths of its pictures/,
    ];
    for (const [index, { line, message }] of problems.entries()) {
      assert.ok(message.startsWith(`${join(folder, 'tasks.jsonl')} line ${line} is left out: `), message);
      assert.match(message, said[index] ?? /^$/);
      assert.equal(message.split('\n').length, 1);
    }
  });

  it('have an id of its own for each line that writes one', async () => {
    const lines = [2, 'a', undefined, '2', 3, 'a', 3, 8];
    const { tasks, problems } = await read(lines.map((id) => JSON.stringify({ ...GOOD, id })));
    assert.deepEqual(
      tasks.map(({ line, id }) => [line, id]),
      [1, 2, 3, 5, 8].map((line) => [line, String(lines[line - 1] ?? line)]),
    );
    const sentence = (line: number, id: string, other: number) =>
      `${join(folder, 'tasks.jsonl')} line ${line} is left out: its "id" is "${id}" as that of line ${other}: give each an id of its own, or none.`;
    assert.deepEqual(
      problems.map(({ message }) => message),
      [sentence(4, '2', 1), sentence(6, 'a', 2), sentence(7, '3', 5)],
    );
  });

  it('are read as far as the limit', async () => {
    const { tasks } = await read(Array(5).fill(JSON.stringify({ ...GOOD, id: undefined })), { limit: 3 });
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
