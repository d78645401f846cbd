import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from '../../../compiler/compile.ts';
import { attention, conv2d, convTranspose, graph } from '../../../models/index.ts';
import { loadGraph } from '../../../runtime/graph.ts';
import { loadFlamingo } from '../../../runtime/load-flamingo.ts';
import type { Prompt } from '../../../runtime/prompt/prompt.ts';
import { Engine } from '../../../runtime/worker/engine.ts';
import { SMALL_FAMILIES } from '../../media/small-families.ts';
import { SMALL_MODELS, writeLivelyWeights } from '../../media/small-models.ts';
import { needsWebgpu } from '../../support/webgpu-device.ts';
import { PROMPTS, TOKENIZER } from '../compiled-model.ts';

/** Sums in another order: log-probabilities of a few tokens. */
const TOLERANCE = 1e-3;

const TEXTS: readonly Prompt[] = [{ query: { text: 'Once' } }, { query: { text: 'two' } }];

describe('the provider webgpu', () => {
  // A device in software compiles its shaders on the CPU.
  let folder: string;
  before(async function () {
    await needsWebgpu(this);
    folder = await mkdtemp(join(tmpdir(), 'webgpu-'));
  });
  after(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  for (const [name, make] of Object.entries({ ...SMALL_MODELS, ...SMALL_FAMILIES })) {
    it(`answers as the CPU does: ${name}`, async () => {
      const program = make();
      const weights = join(folder, `${name}.safetensors`);
      await writeLivelyWeights(weights, program, 3);
      const made = { tokenizer: TOKENIZER, weights: [weights], copyWeights: true };
      const [onCpu, onDevice] = [join(folder, `${name} cpu`), join(folder, `${name} webgpu`)];
      await compile(program, { ...made, out: onCpu });
      // A model of recurrences alone keeps no keys and values.
      const cache = program.facts.language.layers === 0 ? {} : { staticCache: 128 };
      await compile(program, { ...made, out: onDevice, target: 'webgpu', ...cache });
      const options = { verify: true, imageMemory: 2 ** 24, threads: 1 };
      await using cpu = await Engine.open({ ...options, directory: onCpu });
      const onWebgpu = { ...options, directory: onDevice, provider: 'webgpu', profile: true } as const;
      await using device = await Engine.open(onWebgpu);
      const pictured = [PROMPTS['two examples'], PROMPTS['no example']].flatMap((each) => each ?? []);
      const prompts = program.facts.image === undefined ? TEXTS : pictured;
      // Rows of several prompts side by side, that end and leave; and beams, that change their rows at every step.
      for (const options of [{ maxNewTokens: 3 }, { maxNewTokens: 3, beams: 2 }]) {
        const answers = await device.generate(prompts, options);
        const expected = await cpu.generate(prompts, options);
        for (const [index, { tokens, scores }] of answers.entries()) {
          assert.deepEqual(tokens, expected[index]?.tokens);
          for (const [place, score] of scores.entries())
            assert.ok(Math.abs(score - (expected[index]?.scores[place] ?? Number.NaN)) < TOLERANCE);
        }
      }
      const [prompt] = prompts;
      assert.ok(prompt);
      const choices = ['a', 'two', 'dog'];
      const scored = await device.score(prompt, choices, { normalise: 'none' });
      const expected = await cpu.score(prompt, choices, { normalise: 'none' });
      for (const [index, { logLikelihood }] of scored.entries())
        assert.ok(Math.abs(logLikelihood - (expected[index]?.logLikelihood ?? Number.NaN)) < TOLERANCE);
      assert.equal(device.usage().cachedTokens, 0);
      // What ran on the CPU is what the compiler's report names, apart from what computes sizes.
      const { phases, onCpu: leftToCpu } = await device.profile();
      assert.ok(phases.some(({ nodes }) => nodes.some(({ provider }) => provider === 'WebGpu')));
      assert.deepEqual(
        leftToCpu.filter(({ reason }) => reason === null),
        [],
      );
    });
  }

  it('answers in int4, and with beams', async () => {
    const make = SMALL_FAMILIES.OPT;
    assert.ok(make);
    const made = { tokenizer: TOKENIZER, precision: 'int4' } as const;
    const onDevice = join(folder, 'int4');
    await compile(make(), { ...made, out: onDevice, target: 'webgpu', staticCache: 128 });
    const options = { verify: true, imageMemory: 2 ** 24, threads: 1 };
    await using device = await Engine.open({ ...options, directory: onDevice, provider: 'webgpu' });
    // The CPU's kernel for int4 rounds activations; the device's graph on the CPU does not.
    await using cpu = await Engine.open({ ...options, directory: onDevice });
    const prompts = [PROMPTS['two examples']].flatMap((each) => each ?? []);
    for (const search of [{ maxNewTokens: 3 }, { maxNewTokens: 3, beams: 2 }]) {
      const [answer] = await device.generate(prompts, search);
      const [expected] = await cpu.generate(prompts, search);
      assert.deepEqual(answer?.tokens, expected?.tokens);
    }
  });

  it('takes attention over a past that has no tokens yet', async () => {
    // More queries than those from which the provider's own attention errs.
    const size = { batch: 1, text: 40, past: 0 };
    const program = graph({
      name: 'past',
      inputs: {
        x: { dtype: 'float32', shape: ['batch', 'text', 16] },
        past: { dtype: 'float32', shape: ['batch', 2, 'past', 8] },
      },
      parts: {},
      outputs: ({ x, past }) => ({
        y: attention(x, x, x, { heads: 2, causal: true, past: { key: past, value: past } }).result,
      }),
    });
    const x = {
      data: Float32Array.from({ length: size.text * 16 }, (_, i) => 2 * Math.sin(i)),
      shape: [size.batch, size.text, 16],
    };
    const past = { data: new Float32Array(0), shape: [size.batch, 2, size.past, 8] };
    const results: (readonly number[])[] = [];
    for (const target of ['cpu', 'webgpu'] as const) {
      const out = join(folder, `past-${target}`);
      await compile(program, { out, target });
      await using loaded = await loadGraph(out, { provider: target });
      const { y } = await loaded.run({ x, past });
      results.push(Array.from(y?.data ?? [], Number));
    }
    const [wanted = [], found = []] = results;
    assert.equal(wanted.length, size.text * 16);
    for (const [place, value] of wanted.entries()) assert.ok(Math.abs(value - (found[place] ?? 9)) < 1e-5);
  });

  it('convolves as many channels as there are, back and forth', async () => {
    const [height, width] = [5, 6];
    for (const [channels, out, kernel] of [
      [6, 4, 3],
      [9, 8, 1],
      [15, 4, 2],
      [12, 8, 3],
      [3, 4, 3],
    ] as const) {
      const values = (count: number, step: number, ...shape: readonly number[]) => ({
        data: Float32Array.from({ length: count }, (_, i) => Math.sin(1 + i * step)),
        shape,
      });
      const program = graph({
        name: 'convolved',
        inputs: {
          x: { dtype: 'float32', shape: [2, channels, height, width] },
          weight: { dtype: 'float32', shape: [out, channels, kernel, kernel] },
          back: { dtype: 'float32', shape: [channels, out, kernel, kernel] },
        },
        outputs: ({ x, weight, back }) => ({
          y: conv2d(x, weight),
          z: convTranspose(x, back, [height + kernel - 1, width + kernel - 1]),
        }),
      });
      const results: (readonly number[])[] = [];
      for (const target of ['cpu', 'webgpu'] as const) {
        const into = join(folder, `conv-${channels}-${target}`);
        await compile(program, { out: into, target });
        await using loaded = await loadGraph(into, { provider: target });
        const each = channels * out * kernel * kernel;
        const { y, z } = await loaded.run({
          x: values(2 * channels * height * width, 0.7, 2, channels, height, width),
          weight: values(each, 1.3, out, channels, kernel, kernel),
          back: values(each, 1.7, channels, out, kernel, kernel),
        });
        results.push([...Array.from(y?.data ?? [], Number), ...Array.from(z?.data ?? [], Number)]);
      }
      const [wanted = [], found = []] = results;
      assert.ok(wanted.length > 0);
      for (const [place, value] of wanted.entries())
        assert.ok(Math.abs(value - (found[place] ?? Number.NaN)) < 1e-4, `${channels} channels to ${out}`);
    }
  });

  it('runs models of several threads one after another', async () => {
    const make = SMALL_FAMILIES['GPT-2'];
    assert.ok(make);
    const out = join(folder, 'shared');
    await compile(make(), { tokenizer: TOKENIZER, out, target: 'webgpu', staticCache: 128 });
    await using first = await loadFlamingo(out, { provider: 'webgpu' });
    await using second = await loadFlamingo(out, { provider: 'webgpu' });
    const prompt = PROMPTS['two examples'];
    assert.ok(prompt);
    const answers = await Promise.all(
      [first, second, first, second].map((model) => model.generate(prompt, { maxNewTokens: 4 })),
    );
    for (const { tokens } of answers) assert.deepEqual(tokens, answers[0]?.tokens);
  });

  it('refuses what was compiled for another target', async () => {
    const make = SMALL_FAMILIES['GPT-2'];
    assert.ok(make);
    const out = join(folder, 'other');
    await compile(make(), { tokenizer: TOKENIZER, out });
    await assert.rejects(
      loadFlamingo(out, { provider: 'webgpu' }),
      /^UserError: .*other was compiled for target 'cpu', of which provider 'webgpu' would leave to the CPU what it has no kernel for: compile the model with '--target webgpu', or use provider 'cpu'\.$/,
    );
  });
});
