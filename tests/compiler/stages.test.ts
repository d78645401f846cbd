import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Manifest } from '../../artifact/manifest.ts';
import { wholeGraphs } from '../../artifact/stages.ts';
import { findPreset } from '../../cli/presets.ts';
import { workPerStep } from '../../cli/work-per-step.ts';
import { buildProgram } from '../../compiler/build-program.ts';
import { compile } from '../../compiler/compile.ts';
import { relink } from '../../compiler/relink.ts';
import { cutGraph } from '../../compiler/stages/cut-graph.ts';
import { operationsOf } from '../../dsl/graph.ts';
import { add, graph, input, linear, relu } from '../../dsl/index.ts';
import { languageModel, opt } from '../../models/index.ts';
import { loadGraph } from '../../runtime/graph.ts';
import type { Prompt } from '../../runtime/prompt/prompt.ts';
import { Engine } from '../../runtime/worker/engine.ts';
import { compileLively, SMALL_MODELS } from '../media/small-models.ts';
import { PROMPTS, TOKENIZER } from '../runtime/compiled-model.ts';
import { oneSentence } from '../support/one-sentence.ts';

const TEXTS: readonly Prompt[] = [
  { shots: [{ text: 'two and two: four' }, { text: 'one: one' }], query: { text: 'ten:' } },
  { query: { text: 'Once' } },
];

describe('a language graph that is cut into stages', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stages-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const [name, make] of Object.entries(SMALL_MODELS)) {
    it(`answers as it does whole: ${name}`, async () => {
      const program = make();
      const open = async (stages: number) => {
        const directory = await compileLively(folder, program, {
          stages,
          out: join(folder, `${program.name}-${stages}`),
        });
        return Engine.open({ directory, verify: true, imageMemory: 2 ** 24, threads: 1 });
      };
      await using whole = await open(1);
      await using cut = await open(3);
      assert.deepEqual(cut.manifest.stages, { language: ['language-1', 'language-2', 'language-3'] });
      assert.deepEqual(workPerStep(cut.manifest), workPerStep(whole.manifest));
      const { 'a video': _, ...stills } = PROMPTS;
      const prompts = program.facts.image === undefined ? TEXTS : Object.values(stills);
      for (const options of [{ maxNewTokens: 6 }, { maxNewTokens: 4, beams: 3 }]) {
        const [expected, found] = await Promise.all(
          [whole, cut].map((engine) => engine.generate(prompts, options, { batchSize: prompts.length })),
        );
        for (const [index, answer] of expected?.entries() ?? []) {
          assert.deepEqual(found?.[index]?.tokens, answer.tokens);
          for (const [place, score] of answer.scores.entries())
            assert.ok(Math.abs((found?.[index]?.scores[place] ?? Number.NaN) - score) < 1e-4);
        }
      }
      const [prompt] = prompts;
      assert.ok(prompt);
      const [expected, found] = await Promise.all(
        [whole, cut].map((engine) => engine.score(prompt, ['a', 'a dog'], { normalise: 'none' })),
      );
      for (const [index, { choice, logLikelihood }] of expected?.entries() ?? []) {
        assert.equal(found?.[index]?.choice, choice);
        assert.ok(Math.abs((found?.[index]?.logLikelihood ?? Number.NaN) - logLikelihood) < 1e-4);
      }
    });
  }

  it('keeps weights as it does whole: an embedding in the first stage is not quantised as the head in the last', () => {
    const program = languageModel({
      name: 'tied',
      language: opt({ dim: 16, layers: 2, heads: 2, vocabulary: 261, contextLength: 64 }),
    });
    const kept = (stages: number) =>
      new Set(buildProgram(program, { precision: 'int8', stages }).parameters.map(({ name }) => name));
    assert.deepEqual(kept(2), kept(1));
  });

  it('keeps a static cache in stages, each that of its layers', async () => {
    const program = SMALL_MODELS.packed?.();
    assert.ok(program);
    const open = async (name: string, options: { stages?: number; staticCache?: number }) => {
      const directory = await compileLively(folder, program, { ...options, out: join(folder, name) });
      return Engine.open({ directory, verify: true, imageMemory: 2 ** 24, threads: 1 });
    };
    await using whole = await open('growing', {});
    await using cut = await open('static stages', { stages: 3, staticCache: 128 });
    const stages = (cut.manifest.stages?.language ?? []).flatMap((name) => cut.manifest.graphs[name] ?? []);
    const caches = (ports: readonly { readonly name: string }[], prefix: string) =>
      ports.flatMap(({ name }) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
    for (const { inputs, outputs } of stages)
      assert.deepEqual(caches(outputs, 'present_').sort(), caches(inputs, 'past_').sort());
    assert.ok(stages.filter(({ inputs }) => caches(inputs, 'past_').length > 0).length > 1);
    const prompts = [PROMPTS['two examples'], PROMPTS['no picture']].flatMap((each) => each ?? []);
    for (const options of [{ maxNewTokens: 6 }, { maxNewTokens: 4, beams: 3 }]) {
      const expected = await whole.generate(prompts, options);
      const found = await cut.generate(prompts, options);
      assert.deepEqual(
        found.map(({ tokens }) => tokens),
        expected.map(({ tokens }) => tokens),
      );
    }
  });

  it('is cut between layers, into about equal weights', async () => {
    const preset = await findPreset('flamingo-80b');
    assert.ok(preset);
    const built = buildProgram(preset.program, { target: 'cuda', stages: 4 });
    const [names = []] = Object.values(built.stages ?? {});
    assert.equal(names.length, 4);
    const bytes = names.map((name) => {
      const stage = built.graphs.find((each) => each.name === name);
      return (stage?.onnx.parameters ?? []).reduce(
        (sum, { parameter }) => sum + 2 * parameter.shape.reduce((product, size) => product * size, 1),
        0,
      );
    });
    const total = bytes.reduce((sum, each) => sum + each, 0);
    for (const each of bytes) assert.ok(each > 0.22 * total && each < 0.28 * total, bytes.join(', '));
    // Each of four cards of 48 GB holds a stage.
    assert.ok(Math.max(...bytes) < 48e9, bytes.join(', '));
    for (const name of names.slice(0, -1)) {
      const stage = built.graphs.find((each) => each.name === name);
      const carried = Object.keys(stage?.graph.outputs ?? {}).filter((each) => each.startsWith('carried.'));
      assert.ok(carried.length <= 6, `${name}: ${carried.length}`);
    }
  });

  it('is looked at, relinked and compared like any other', async () => {
    const program = SMALL_MODELS.packed?.();
    assert.ok(program);
    const directory = join(folder, 'looked-at');
    await compileLively(folder, program, { stages: 2, out: directory });
    const { openArtifact } = await import('../../runtime/artifact/artifact.ts');
    const { manifest } = await openArtifact(directory);
    const whole = await compile(program, {
      out: join(folder, 'whole'),
      tokenizer: TOKENIZER,
      weights: 'none',
    });
    const ports = ({ inputs, outputs }: { inputs: readonly Port[]; outputs: readonly Port[] }) => ({
      inputs: [...inputs].sort(byName),
      outputs: [...outputs].sort(byName),
    });
    const joined = wholeGraphs(manifest.graphs, manifest.stages);
    assert.deepEqual(Object.keys(joined), ['vision', 'language']);
    assert.deepEqual(ports(joined.language ?? none), ports(whole.graphs.language ?? none));
    await relink(directory, manifest, { weights: [join(folder, `${program.name}.safetensors`)] });
    await using engine = await Engine.open({ directory, verify: true, imageMemory: 0, threads: 1 });
    const [answer] = await engine.generate([{ query: { text: 'Once' } }], { maxNewTokens: 2 });
    assert.equal(answer?.tokens.length, 2);
    await using stage = await loadGraph(directory, { graph: 'language-1' });
    assert.ok(stage.outputs.some(({ name }) => name.startsWith('carried.')));
  });

  it('runs a graph alone, passes on what no stage makes, and gives the first what nobody reads', async () => {
    const layers = [linear(8, 8), linear(8, 8), linear(8, 8)] as const;
    const alone = graph({
      name: 'alone',
      parts: { layers },
      inputs: { x: input('x', 'float32', ['rows', 8]), unread: input('unread', 'float32', ['rows']) },
      outputs({ x }) {
        const first = relu(layers[0](x));
        const second = relu(add(layers[1](first), first));
        return { third: layers[2](second), first, same: x };
      },
    });
    const values = { x: { data: Float32Array.from({ length: 16 }, (_, at) => Math.sin(at)), shape: [2, 8] } };
    const run = async (stages: number) => {
      const out = join(folder, `graph-${stages}`);
      await compile(alone, { out, stages });
      await using loaded = await loadGraph(out, { threads: 1 });
      return await loaded.run({ ...values, unread: { data: new Float32Array(2), shape: [2] } });
    };
    const expected = await run(1);
    for (const stages of [2, 3]) assert.deepEqual(await run(stages), expected);
  });

  it('is placed on devices where a provider has them', async () => {
    const program = SMALL_MODELS.packed?.();
    assert.ok(program);
    const directory = await compileLively(folder, program, { stages: 2, out: join(folder, 'placed') });
    await assert.rejects(
      Engine.open({ directory, verify: true, imageMemory: 0, devices: [0, 1] }),
      oneSentence(/Devices 0, 1 were asked for but provider 'cpu' has none to choose from/),
    );
  });

  it('has each operation in one stage, whatever its number', () => {
    const program = SMALL_MODELS.packed?.();
    const language = program?.graphs.language;
    assert.ok(language);
    const operations = operationsOf(language).length;
    for (const count of [1, 2, 5, 40, operations > 400 ? 400 : 100]) {
      const stages = cutGraph(language, count);
      assert.equal(stages?.length, count);
      assert.equal(
        stages?.reduce((sum, stage) => sum + operationsOf(stage).length, 0),
        operations,
      );
    }
    assert.equal(cutGraph(language, operations + 1), undefined);
  });

  it('refuses what cannot be cut, in a sentence', async () => {
    const program = SMALL_MODELS.packed?.();
    assert.ok(program);
    for (const stages of [0, 1.5, Number.NaN])
      assert.throws(() => buildProgram(program, { stages }), /number of stages is .* whole number from 1/);
    assert.throws(() => buildProgram(program, { stages: 100_000 }), /fewer operations than 100000 stages/);
    const directory = join(folder, 'damaged');
    await compileLively(folder, program, { stages: 2, out: directory });
    const path = join(directory, 'manifest.json');
    const manifest: Manifest = JSON.parse(await readFile(path, 'utf8'));
    for (const [stages, sentence] of [
      [{ language: ['language-1', 'nowhere'] }, /has the stage 'nowhere', which is not among its graphs/],
      [{ language: ['language-2', 'language-1'] }, /the graph 'language' has an input 'carried.0'/],
      [{ language: ['language-1'] }, /wrong at field 'stages/],
    ] as const) {
      await writeFile(path, JSON.stringify({ ...manifest, stages }));
      await assert.rejects(Engine.open({ directory, verify: false, imageMemory: 0 }), oneSentence(sentence));
    }
  });
});

interface Port {
  readonly name: string;
}

const none = { inputs: [], outputs: [] };

const byName = (a: Port, b: Port) => (a.name < b.name ? -1 : 1);
