import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isHeldOut } from '../../examples/emoji/data/split.ts';
import { GROUPS, loadVocabulary } from '../../examples/emoji/data/vocabulary.ts';
import { madeUpWords } from '../../examples/emoji/episodes/made-up-words.ts';
import { aimsTable } from '../../examples/emoji/evaluation/aims.ts';
import { evaluationTasks, type TaskLine } from '../../examples/emoji/evaluation/tasks.ts';
import { writeTasks } from '../../examples/emoji/evaluation/write-tasks.ts';
import { Random } from '../../examples/emoji/random.ts';
import { readTasks } from '../../runtime/evaluate/read-tasks.ts';

describe('evaluation tasks of the emoji model', () => {
  let files: ReadonlyMap<string, readonly TaskLine[]>;
  before(async () => {
    files = evaluationTasks(await loadVocabulary(['es', 'fr', 'de']), {
      drawn: (_, style) => style !== 'emojione',
    });
  });
  const ofKind = (kind: RegExp) => [...files.values()].flat().filter((task) => kind.test(task.kind));

  it('ask about pictures by the artist kept for testing alone', () => {
    for (const { image, answers, choices } of ofKind(/./)) {
      assert.equal(image.style, 'openmoji');
      assert.ok(choices === undefined || answers.every((answer) => choices.includes(answer)));
    }
  });

  it('never show in an example what is asked about, except in fast binding, in another hand', () => {
    for (const { kind, shots, image } of ofKind(/./)) {
      const same = shots.filter((shot) => shot.image.hexcode === image.hexcode);
      assert.equal(same.length, kind.startsWith('fast binding') ? 1 : 0);
      assert.ok(same.every((shot) => shot.image.style !== 'openmoji' && shot.image.style !== 'emojione'));
    }
  });

  it('have every name and group of the emoji that training saw in other styles', () => {
    for (const kind of [/^name$/, /^group$/]) {
      const tasks = ofKind(kind);
      assert.equal(new Set(tasks.map(({ image }) => image.hexcode)).size, tasks.length);
      assert.ok(tasks.length > 1440 && tasks.every(({ image }) => !isHeldOut(image.hexcode)));
    }
    for (const { choices } of ofKind(/^group$/)) assert.deepEqual(choices, GROUPS);
  });

  it('bind words that training never has, to emoji that it saw and to emoji that it never saw', () => {
    const training = new Set(madeUpWords(new Random(0), 20_000));
    for (const ways of [2, 5]) {
      for (const unseen of [false, true]) {
        const tasks = ofKind(new RegExp(`^fast binding${unseen ? ', unseen emoji' : ''}, ${ways}-way$`));
        assert.equal(tasks.length, 500);
        for (const { shots, image, choices = [], answers } of tasks) {
          assert.equal(new Set(choices).size, ways);
          assert.ok(choices.every((word) => !training.has(word)));
          assert.ok(shots.every((shot) => isHeldOut(shot.image.hexcode) === unseen));
          const bound = shots.find((shot) => shot.image.hexcode === image.hexcode);
          assert.equal(bound?.text, `Output: ${answers[0]}`);
        }
      }
    }
  });

  it('count any answer of the right kind as right, where the kind is asked for', () => {
    const kinds = ofKind(/right kind of answer/);
    const rights = ofKind(/right answer/);
    assert.equal(kinds.length, rights.length);
    for (const [index, { image, answers }] of kinds.entries()) {
      assert.equal(rights[index]?.image.hexcode, image.hexcode);
      assert.ok(rights[index]?.answers.every((answer) => answers.includes(answer)));
    }
  });

  it('can be read by flamingo evaluate, pictures and all', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tasks-'));
    try {
      for (const [name, count] of await writeTasks(folder, { limit: 1 })) {
        const { tasks, problems } = await readTasks(join(folder, `${name}.jsonl`));
        assert.deepEqual(problems, []);
        assert.equal(tasks.length, count);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('have every kind that an aim is about, and the table tells which are reached', () => {
    const kinds = new Set(ofKind(/./).map(({ kind }) => kind));
    const at = (accuracy: number) =>
      [...kinds].flatMap((kind) =>
        [0, 1, 2, 4, 5, 8].map((shots) => ({
          ...{ kind, shots, tasks: 100, chance: 0, low: 0, high: 1 },
          accuracy: shots === 0 ? 0 : accuracy,
        })),
      );
    const verdicts = (results: Parameters<typeof aimsTable>[0]) =>
      aimsTable(results)
        .split('\n')
        .slice(2)
        .map((row) => row.split(' | ').at(-1)?.replace(' |', ''));
    assert.deepEqual(new Set(verdicts(at(1))), new Set(['reached']));
    assert.deepEqual(new Set(verdicts(at(0.1))), new Set(['missed']));
    assert.deepEqual(new Set(verdicts([])), new Set(['not measured']));
    assert.match(aimsTable(at(0.5)), /\| 35% \| 50\.0% \(0\.0% to 100\.0%, 100 tasks\) \| reached \|/);
  });
});
