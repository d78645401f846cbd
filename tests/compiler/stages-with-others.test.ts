import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CompileOptions } from '../../compiler/compile.ts';
import type { PromptProgram } from '../../dsl/program/program.ts';
import { promptAfter } from '../../runtime/prompt/examples.ts';
import type { Prompt } from '../../runtime/prompt/prompt.ts';
import { Engine } from '../../runtime/worker/engine.ts';
import { SMALL_FAMILIES } from '../media/small-families.ts';
import { compileLively, SMALL_MODELS } from '../media/small-models.ts';
import { PROMPTS } from '../runtime/compiled-model.ts';

describe('stages beside other ways to compile and to ask', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stages-with-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const { 'two examples': two, 'pictures in a row': row } = PROMPTS;
  const prompts = [two, row].filter((each): each is Prompt => each !== undefined);

  const open = async (
    program: PromptProgram,
    stages: number,
    options: Partial<CompileOptions> = {},
  ): Promise<Engine> => {
    const out = join(folder, `${program.name}-${stages}-${options.precision ?? 'plain'}`);
    const directory = await compileLively(folder, program, { ...options, stages, out });
    return Engine.open({ directory, verify: true, imageMemory: 2 ** 24, threads: 1 });
  };

  const assertSame = async (whole: Engine, cut: Engine) => {
    for (const options of [
      { maxNewTokens: 6 },
      { maxNewTokens: 4, beams: 3 },
      { maxNewTokens: 6, temperature: 1.5, seed: 3 },
    ]) {
      const expected = await whole.generate(prompts, options);
      const found = await cut.generate(prompts, options);
      assert.deepEqual(
        found.map(({ tokens }) => tokens),
        expected.map(({ tokens }) => tokens),
      );
    }
    const [prompt] = prompts;
    assert.ok(prompt);
    const choices = ['a', 'a dog', 'é'];
    const expected = await whole.score(prompt, choices, { normalise: 'none' });
    for (const [index, score] of (await cut.score(prompt, choices, { normalise: 'none' })).entries())
      assert.ok(Math.abs(score.logLikelihood - (expected[index]?.logLikelihood ?? Number.NaN)) < 1e-3);
  };

  for (const [name, make] of Object.entries(SMALL_FAMILIES)) {
    it(`answer and score as the whole does, in 2 and 4: ${name}`, async () => {
      await using whole = await open(make(), 1);
      for (const stages of [2, 4]) {
        await using cut = await open(make(), stages);
        const weights = Object.entries(cut.manifest.graphs).filter(([graph]) =>
          graph.startsWith('language-'),
        );
        assert.equal(weights.length, stages);
        for (const [graph, { weightBytes = 0 }] of weights) assert.ok(weightBytes > 0, graph);
        await assertSame(whole, cut);
      }
    });
  }

  for (const precision of ['int4', 'int8'] as const) {
    it(`answer as the whole does in ${precision}`, async () => {
      const program = SMALL_MODELS.packed?.();
      assert.ok(program);
      await using whole = await open(program, 1, { precision });
      await using cut = await open(program, 3, { precision });
      await assertSame(whole, cut);
    });
  }

  it("answer from a checkpoint's own file, which is not copied", async () => {
    const program = SMALL_MODELS['spliced by a perceptron']?.();
    assert.ok(program);
    await using whole = await open(program, 1);
    await using cut = await open(program, 3, { copyWeights: false });
    assert.ok(!Object.keys(cut.manifest.files).includes('weights.safetensors'));
    await assertSame(whole, cut);
  });

  it('go on from a prepared task, from memory and from a file', async () => {
    const program = SMALL_MODELS['masked, all previous pictures']?.();
    assert.ok(program);
    await using whole = await open(program, 1);
    await using cut = await open(program, 3);
    const examples = { shots: [{ text: 'Output:one' }, { text: 'Output:two' }] };
    const question = { text: 'What comes then? Output:' };
    const [expected] = await whole.generate([promptAfter(examples, question)], { maxNewTokens: 6 });
    const { task } = await cut.tasks.prepare(examples);
    const path = join(folder, 'a.task');
    await cut.tasks.save(task, path);
    const loaded = await cut.tasks.load(path);
    for (const each of [task, loaded.task]) {
      const [answer] = await cut.generate([{ task: each, question }], { maxNewTokens: 6 });
      assert.deepEqual(answer?.tokens, expected?.tokens);
    }
  });

  it('leave nothing where the compilation comes to no end', async () => {
    const program = SMALL_MODELS.packed?.();
    assert.ok(program);
    const out = join(folder, 'stopped');
    const onGraph = (name: string) => {
      if (name === 'language-2') throw new Error('stopped');
    };
    await assert.rejects(compileLively(folder, program, { stages: 3, out, onGraph }), /stopped/);
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.includes('stopped')),
      [],
    );
  });
});
