import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSafetensors } from '../../artifact/weights/safetensors.ts';
import { findPreset } from '../../cli/presets.ts';
import { compile } from '../../compiler/compile.ts';
import { writeTasks } from '../../examples/emoji/evaluation/write-tasks.ts';
import { evaluate } from '../../runtime/evaluate/evaluate.ts';
import { readTasks } from '../../runtime/evaluate/read-tasks.ts';
import { type EvaluationResult, summarise } from '../../runtime/evaluate/summary.ts';
import { loadFlamingo } from '../../runtime/load-flamingo.ts';
import type { FlamingoModel } from '../../runtime/model.ts';

/** Tasks of each kind: enough to tell the model from chance, not for a figure; the model card has those. */
const TASKS = 60;

/** What is asked of each kind: far below the model card's figures, far above chance and above a model that looks away. */
const AT_LEAST: readonly (readonly [file: string, kind: string, shots: number, accuracy: number])[] = [
  ['name', 'name', 4, 0.25],
  ['group', 'group', 4, 0.6],
  ['question', 'which question: right kind of answer', 2, 0.75],
  ['question', 'which question: right answer', 4, 0.25],
  ['binding', 'fast binding, 2-way', 2, 0.75],
  ['binding', 'fast binding, 5-way', 5, 0.6],
  ['binding', 'fast binding, unseen emoji, 2-way', 2, 0.7],
];

describe('the model that ships', () => {
  let folder: string;
  let model: FlamingoModel;
  const measured = new Map<string, readonly EvaluationResult[]>();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shipped-'));
    const preset = await findPreset('emoji');
    assert.ok(preset?.weights !== undefined && preset.tokenizer !== undefined);
    await compile(preset.program, {
      ...{ out: join(folder, 'emoji'), source: 'emoji', tokenizer: preset.tokenizer },
      ...{ weights: [preset.weights], copyWeights: true },
    });
    model = await loadFlamingo(join(folder, 'emoji'));
    await writeTasks(join(folder, 'tasks'), { limit: TASKS });
    for (const file of new Set(AT_LEAST.map(([name]) => name))) {
      const { tasks, problems } = await readTasks(join(folder, 'tasks', `${file}.jsonl`));
      assert.deepEqual(problems, []);
      const shots = [...new Set(AT_LEAST.flatMap(([name, , count]) => (name === file ? count : [])))];
      const { outcomes, failures } = await evaluate(model, tasks, { shots });
      assert.deepEqual(failures, []);
      measured.set(file, summarise(outcomes));
    }
  });
  after(async () => {
    await model.close();
    await rm(folder, { recursive: true });
  });

  it('takes at most 16 MB, in float16', async () => {
    const path = (await findPreset('emoji'))?.weights ?? '';
    assert.ok((await stat(path)).size <= 16e6);
    const file = await openSafetensors(path);
    for (const name of file.names) assert.equal(file.tensor(name).dtype, 'float16', name);
  });

  for (const [file, kind, shots, least] of AT_LEAST) {
    it(`answers on an artist that it never saw: ${kind}, ${shots} examples`, () => {
      const result = measured.get(file)?.find((each) => each.kind === kind && each.shots === shots);
      assert.ok(result !== undefined && result.tasks >= TASKS);
      assert.ok(result.accuracy >= least, `${result.accuracy} of ${result.tasks}`);
    });
  }

  const example = (name: string) =>
    fileURLToPath(new URL(`../../models/emoji/examples/${name}.png`, import.meta.url));

  it("gives the README's answers: a name, in Spanish, a group, and a word made up in the prompt", async () => {
    const ask = async (shots: readonly (readonly [name: string, text: string])[], image: string) => {
      const { text } = await model.generate({
        shots: shots.map(([name, text]) => ({ image: example(name), text })),
        query: { image: example(image) },
      });
      return text.trim();
    };
    const [apple, bicycle, shoe] = ['openmoji-red-apple', 'openmoji-bicycle', 'openmoji-high-heeled-shoe'];
    const about = (first: string, second: string) =>
      ask(
        [
          [apple, first],
          [bicycle, second],
        ],
        shoe,
      );
    assert.equal(await about('red apple', 'bicycle'), 'high-heeled shoe');
    assert.equal(await about('manzana roja', 'bicicleta'), 'zapato de tacón');
    assert.equal(await about('food', 'travel'), 'objects');
    const made = [
      ['twemoji-guitar', 'takizor'],
      ['twemoji-pretzel', 'benal'],
    ] as const;
    assert.equal(await ask(made, 'openmoji-pretzel'), 'benal');
    assert.equal(await ask(made, 'openmoji-guitar'), 'takizor');
  });
});
