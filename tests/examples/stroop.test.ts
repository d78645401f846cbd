import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sum } from 'simple-statistics';
import { Random } from '../../examples/emoji/random.ts';
import { ASKED, exampleOf } from '../../examples/stroop/asked.ts';
import { stroopResults, stroopTable } from '../../examples/stroop/interference.ts';
import { coloured, letters, readable } from '../../examples/stroop/practice.ts';
import { drawStimulus, PICTURE_SIZE } from '../../examples/stroop/stimulus.ts';
import { CELLS, cellName, writeStroopTasks } from '../../examples/stroop/tasks.ts';
import { ALL_TEXTS, COLOUR_NAMES, COLOURS, type Colour } from '../../examples/stroop/words.ts';
import type { TaskOutcome } from '../../runtime/evaluate/evaluate.ts';
import { readTasks } from '../../runtime/evaluate/read-tasks.ts';
import type { EvaluationTask } from '../../runtime/evaluate/task.ts';

describe('the example stroop', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stroop-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('writes words in their colour, whole and on a light ground', () => {
    for (const [index, word] of ALL_TEXTS.entries()) {
      for (const colour of COLOUR_NAMES) {
        const pixels = drawStimulus({ word, ink: colour }, new Random(1, index));
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
        // What the ink takes of the ground is, of all colours, most like what its own takes.
        const ground = at(0, 0);
        const taken = [0, 1, 2].map((channel) =>
          sum(
            [...pixels.keys()]
              .filter((place) => place % 3 === channel)
              .map((place) => (ground[channel] ?? 0) - (pixels[place] ?? 0)),
          ),
        );
        const likeness = (name: Colour) => {
          const wanted = COLOURS[name].map((value) => 240 - value);
          const product = sum(wanted.map((value, channel) => value * (taken[channel] ?? 0)));
          return product / Math.hypot(...wanted);
        };
        const nearest = COLOUR_NAMES.toSorted((a, b) => likeness(b) - likeness(a))[0];
        assert.equal(nearest, colour, `${word} in ${colour}`);
      }
    }
  });

  it('asks congruent, incongruent and non-words in its test, each colour as often', async () => {
    const { shown, inWords, byExamples } = await writeStroopTasks(join(folder, 'tasks'), { count: 16 });
    const [words, examples] = [await readTasks(inWords), await readTasks(byExamples)];
    assert.deepEqual([words.problems, examples.problems], [[], []]);
    assert.deepEqual(
      words.tasks.map(({ id, query, shots }) => [id, query.images, shots]),
      examples.tasks.map(({ id, query }) => [id, query.images, []]),
    );
    assert.equal(examples.tasks.length, 16 * CELLS.length);
    for (const { id, kind, answers, shots } of examples.tasks) {
      const { word, ink } = shown.get(id) ?? assert.fail(id);
      assert.deepEqual(answers, [kind.startsWith('word') ? word : ink]);
      assert.equal(kind.endsWith(', congruent'), word === ink);
      assert.equal(kind.endsWith('neutral'), ink === 'black');
      assert.equal(kind.endsWith('non-word'), /^x+$/.test(word));
      const texts = shots.map(({ text }) => text.replace('Output: ', ''));
      for (const text of texts)
        assert.equal(
          COLOUR_NAMES.some((name) => name === text),
          kind.startsWith('colour'),
        );
    }
    const congruent = words.tasks
      .filter(({ kind }) => kind === 'colour, congruent')
      .flatMap(({ answers }) => answers);
    for (const colour of COLOUR_NAMES) assert.equal(congruent.filter((each) => each === colour).length, 2);
  });

  it('never shows a word for a colour in a colour while the model learns, nor as an example', () => {
    const random = new Random(3);
    for (let time = 0; time < 2000; time += 1) {
      for (const { word, ink } of [letters(random), readable(random), coloured(random)])
        assert.ok(ink === 'black' || !COLOUR_NAMES.some((name) => name === word), `${word} in ${ink}`);
      for (const asked of ASKED)
        assert.ok(!COLOUR_NAMES.some((name) => name === exampleOf(asked, random).word));
    }
  });

  it('tells interference, facilitation and intrusions by what was answered', () => {
    const outcomes = CELLS.flatMap((cell) =>
      COLOUR_NAMES.map((name, place): TaskOutcome => {
        const task: EvaluationTask = {
          ...{ line: place, id: `${cellName(cell)} ${place}`, kind: cellName(cell), shots: [] },
          ...{ query: { images: [], text: '' }, choices: COLOUR_NAMES, answers: [name] },
        };
        const wrong = cell.asked === 'colour' && cell.congruence === 'incongruent' && place < 4;
        // The right choice has half of the probability, or a tenth where the answer is wrong.
        const right = wrong ? 0.1 : 0.5;
        const scores = COLOUR_NAMES.map((choice) => Math.log(choice === name ? right : (1 - right) / 7) - 3);
        return { task, shots: 2, answer: wrong ? 'word' : name, accuracy: wrong ? 0 : 1, scores };
      }),
    );
    const shown = new Map(outcomes.map(({ task }) => [task.id, { word: 'word', ink: 'red' } as const]));
    const [result = assert.fail()] = stroopResults(outcomes, shown);
    const { stroop, interference, facilitation, reverse } = result.effects;
    assert.deepEqual([stroop.value, interference.value, facilitation.value, reverse.value], [0.5, 0.5, 0, 0]);
    assert.ok(interference.low < 0.5 && interference.high > 0.5);
    assert.equal(result.intrusions.value, 0.5);
    assert.ok(Math.abs(result.logProbability.stroop.value - Math.log(5) / 2) < 1e-12);
    assert.equal(result.logProbability.reverse.value, 0);
    assert.match(stroopTable([result]), /\n\| colour, incongruent \| 50\.0 \(12\.5 to 87\.5\) \|\n/);
    assert.match(stroopTable([result]), /\n\| colour: congruent less incongruent \| 0\.80 \(/);
  });
});
