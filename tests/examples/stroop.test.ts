import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../../examples/emoji/random.ts';
import { stroopResults, stroopTable } from '../../examples/stroop/interference.ts';
import { drawStimulus, PICTURE_SIZE } from '../../examples/stroop/stimulus.ts';
import { CELLS, cellName, writeStroopTasks } from '../../examples/stroop/tasks.ts';
import { ALL_TEXTS, COLOUR_NAMES, COLOURS } from '../../examples/stroop/words.ts';
import type { TaskOutcome } from '../../runtime/evaluate/evaluate.ts';
import { readTasks } from '../../runtime/evaluate/read-tasks.ts';
import type { EvaluationTask } from '../../runtime/evaluate/task.ts';

describe('the example stroop', function () {
  this.timeout(120_000);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stroop-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('writes words in their colour, whole and on a light ground', () => {
    for (const [index, word] of ALL_TEXTS.entries()) {
      for (const colour of COLOUR_NAMES) {
        const pixels = drawStimulus({ word, colour }, new Random(1, index));
        const at = (x: number, y: number) => [
          ...pixels.subarray(3 * (y * PICTURE_SIZE + x), 3 * (y * PICTURE_SIZE + x) + 3),
        ];
        const border = [...Array(PICTURE_SIZE).keys()].flatMap((place) => [
          ...[at(place, 0), at(place, PICTURE_SIZE - 1), at(0, place), at(PICTURE_SIZE - 1, place)],
        ]);
        assert.ok(
          border.flat().every((value) => value >= 225),
          `${word} runs out of its picture`,
        );
        // The darkest pixel is a whole point, in the colour's own values, but for how far they stray.
        const places = [...Array(PICTURE_SIZE ** 2).keys()];
        const distance = (place: number) =>
          Math.max(
            ...COLOURS[colour].map((value, channel) => Math.abs(value - (pixels[3 * place + channel] ?? 0))),
          );
        assert.ok(Math.min(...places.map(distance)) < 40, `${word} in ${colour}`);
      }
    }
  });

  it('asks congruent, incongruent and non-words in its test, each colour as often', async () => {
    const shown = await writeStroopTasks(join(folder, 'tasks'), { count: 16 });
    const { tasks, problems } = await readTasks(join(folder, 'tasks/tasks.jsonl'));
    assert.deepEqual(problems, []);
    assert.equal(tasks.length, 16 * CELLS.length);
    for (const { id, kind, answers, shots } of tasks) {
      const { word, colour } = shown.get(id) ?? assert.fail(id);
      assert.deepEqual(answers, [kind.startsWith('word') ? word : colour]);
      assert.equal(kind.endsWith(', congruent'), word === colour);
      assert.equal(kind.endsWith('non-word'), /^x+$/.test(word));
      const texts = shots.map(({ text }) => text.replace('Output: ', ''));
      assert.equal(
        texts.every((text) => COLOUR_NAMES.some((name) => name === text)),
        kind.startsWith('colour'),
      );
    }
    const congruent = tasks
      .filter(({ kind }) => kind === 'colour, congruent')
      .flatMap(({ answers }) => answers);
    for (const colour of COLOUR_NAMES) assert.equal(congruent.filter((each) => each === colour).length, 2);
  });

  it('tells interference, facilitation and intrusions by what was answered', () => {
    const outcomes = CELLS.flatMap((cell) =>
      COLOUR_NAMES.map((name, place): TaskOutcome => {
        const task: EvaluationTask = {
          ...{ line: place, id: `${cellName(cell)} ${place}`, kind: cellName(cell), shots: [] },
          ...{ query: { images: [], text: '' }, choices: COLOUR_NAMES, answers: [name] },
        };
        const wrong = cell.asked === 'colour' && cell.congruence === 'incongruent' && place < 4;
        return { task, shots: 3, answer: wrong ? 'word' : name, accuracy: wrong ? 0 : 1 };
      }),
    );
    const shown = new Map(
      outcomes.map(({ task }) => [task.id, { word: 'word', colour: COLOUR_NAMES[0] ?? 'red' }]),
    );
    const [result] = stroopResults(outcomes, shown);
    assert.equal(result?.interference.value, 0.5);
    assert.ok(result.interference.low < 0.5 && result.interference.high > 0.5);
    assert.deepEqual([result.facilitation.value, result.reverse.value, result.intrusions.value], [0, 0, 0.5]);
    assert.match(stroopTable([result]), /\n\| colour, incongruent \| 50\.0 \(12\.5 to 87\.5\) \|\n/);
  });
});
