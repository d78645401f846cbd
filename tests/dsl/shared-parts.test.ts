import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from '../../compiler/compile.ts';
import { compileGraph } from '../../compiler/compile-graph.ts';
import { encodeModel } from '../../compiler/onnx/encode-model.ts';
import { writeSafetensors } from '../../compiler/weights/safetensors.ts';
import {
  add,
  block,
  embedding,
  frozen,
  inPrecision,
  input,
  linear,
  ModelError,
  multiply,
  nameParameters,
  type Precision,
  type Program,
  parameter,
  recipe,
  reduceMean,
  task,
  unfrozen,
  unmarked,
} from '../../dsl/index.ts';
import { clipVit, flamingo, languageModel, mlpConnector, opt, spliced } from '../../models/index.ts';
import { TOKENIZER } from '../runtime/compiled-model.ts';

const encoder = () => clipVit({ image: 28, patch: 14, dim: 32, layers: 1, heads: 2 });
const decoder = () =>
  opt({ dim: 32, layers: 2, heads: 2, vocabulary: 261, contextLength: 64, activation: 'gelu' });
type Parts = { readonly vision: ReturnType<typeof encoder>; readonly language: ReturnType<typeof decoder> };
const parts = (): Parts => ({ vision: encoder(), language: decoder() });

const model = ({ vision, language }: Parts, precision?: Precision): Program =>
  flamingo({
    name: 'shared',
    vision,
    language,
    resampler: { depth: 1, heads: 2, headDim: 16, latents: 4 },
    crossAttention: { every: 1 },
    ...(precision && { precision: { language: precision } }),
  });

/** Learns the token embeddings of a language model, which it calls `lm`. */
const pretraining = ({ language }: Parts) =>
  recipe({
    name: 'pretraining',
    steps: 1,
    parts: { lm: language },
    tasks: [
      task({
        name: 'words',
        inputs: { tokens: { dtype: 'int64', shape: [1, 4] } },
        loss: ({ tokens }) => reduceMean(language.embed(tokens)),
        data: { batch: () => ({ tokens: new BigInt64Array(4) }) },
      }),
    ],
    optimizer: { learningRate: 1e-3 },
  });

/** All that is compiled of a program, as bytes. */
function bytesOf(program: Program): readonly string[] {
  const none = { kind: 'external', file: 'none', offset: 0, length: 0 } as const;
  return Object.values(program.graphs).map((graph) =>
    Buffer.from(encodeModel(compileGraph(graph).onnx, () => none)).toString('base64'),
  );
}

const factsOf = ({ parameters, aliases }: Pick<Program, 'parameters' | 'aliases'>) => ({
  parameters: [...parameters].map(([name, { trainable, precision }]) => [name, trainable, precision]),
  aliases: [...aliases],
});

describe('a part that is used several times', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shared-parts-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('keeps its precision in a model when a later model of the same part has another', async () => {
    const shared = parts();
    const full = model(shared);
    model(shared, 'int4');
    const out = join(folder, 'full');
    const { precision } = await compile(full, { out, source: 'test', tokenizer: TOKENIZER, weights: 'none' });
    assert.deepEqual(Object.keys(precision.kept), ['float32']);
  });

  it('is found in a checkpoint under its name in the model that is compiled', async () => {
    const shared = parts();
    const first = model(shared);
    const path = join(folder, 'checkpoint.safetensors');
    await writeSafetensors(
      path,
      [...first.parameters.values()].map(({ name, shape }) => ({
        name,
        dtype: 'float32',
        shape,
        data: new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(0.25),
      })),
    );
    nameParameters({ lm: shared.language });
    pretraining(shared);
    const out = join(folder, 'loaded');
    const manifest = await compile(first, { out, source: 'test', tokenizer: TOKENIZER, weights: [path] });
    assert.equal(manifest.parameters.origin, 'loaded');
    const { parameters } = JSON.parse(await readFile(join(out, 'parameters.json'), 'utf8'));
    assert.deepEqual(
      Object.keys(parameters).filter((name) => name.startsWith('lm.')),
      [],
    );
  });

  it('is learned by a recipe although a model before it keeps it frozen', () => {
    const shared = parts();
    model(shared);
    const { parameters } = pretraining(shared);
    assert.ok([...parameters.values()].every(({ name, trainable }) => trainable && name.startsWith('lm.')));
  });

  it('is the same to a model, and a model to it, whatever else is made of it before and after', () => {
    const expected = { facts: factsOf(model(parts())), bytes: bytesOf(model(parts())) };
    const alone = factsOf(pretraining(parts()));
    const uses = {
      model: (shared: Parts) => model(shared),
      int4: (shared: Parts) => model(shared, 'int4'),
      recipe: (shared: Parts) => pretraining(shared),
      names: (shared: Parts) =>
        nameParameters({ deep: [{ inner: inPrecision('int8', frozen(shared.language)) }] }),
    };
    for (const [before, use] of Object.entries(uses)) {
      for (const [after, useAgain] of Object.entries(uses)) {
        const shared = parts();
        use(shared);
        const made = model(shared);
        const learned = pretraining(shared);
        useAgain(shared);
        assert.deepEqual(factsOf(made), expected.facts, `${before}, ${after}`);
        assert.deepEqual(factsOf(learned), alone, `${before}, ${after}`);
        assert.deepEqual(bytesOf(made), expected.bytes, `${before}, ${after}`);
      }
    }
  });

  it('is one where it is tied, under the names of each program', () => {
    const words = embedding(10, 4);
    const one = nameParameters({ embed: words, head: words });
    const other = nameParameters({ output: words.parts, input: words });
    const tokens = input('tokens', 'int64', [3]);
    const graph = { name: 'tied', inputs: { tokens }, outputs: { y: words(tokens) } };
    const namesIn = (names: typeof one) =>
      compileGraph(names.place(graph)).onnx.parameters.map(({ name }) => name);
    assert.deepEqual(namesIn(one), ['embed.weight']);
    assert.deepEqual([...one.aliases], [['head.weight', 'embed.weight']]);
    assert.deepEqual(namesIn(other), ['output.weight']);
    assert.deepEqual([...other.aliases], [['input.weight', 'output.weight']]);
    assert.deepEqual(namesIn(one), ['embed.weight']);
    // A graph that one program has placed may be placed in another.
    assert.deepEqual(namesIn({ ...other, place: (each) => other.place(one.place(each)) }), ['output.weight']);
  });

  it('names the operations of each program by its own blocks', () => {
    const layer = linear(4, 4);
    const x = input('x', 'float32', [2, 4]);
    const graph = { name: 'one', inputs: { x }, outputs: { y: layer(x) } };
    const scopes = (tree: object) =>
      compileGraph(nameParameters(tree).place({ ...graph, outputs: { y: reduceMean(graph.outputs.y) } }))
        .onnx.nodes.map(({ name }) => name.split('/')[0])
        .filter((name) => name?.includes('layer'));
    assert.deepEqual([...new Set(scopes({ first: { layer } }))], ['first.layer']);
    assert.deepEqual([...new Set(scopes({ layers: [layer] }))], ['layers.0']);
  });
});

describe('marks', () => {
  const leaves = () => ({ inner: parameter([1]), outer: parameter([2]) });
  const trainable = (tree: object) =>
    [...nameParameters(tree).parameters.values()].map((each) => each.trainable);

  it('count from the inside out, and leave what they are put on as it is', () => {
    const { inner, outer } = leaves();
    assert.deepEqual(trainable(frozen({ inner: unfrozen(inner), outer })), [true, false]);
    assert.deepEqual(trainable(unfrozen({ inner: frozen({ inner }), outer })), [false, true]);
    assert.deepEqual(trainable(frozen(unfrozen({ inner, outer }))), [true, true]);
    assert.deepEqual(trainable({ inner, outer }), [true, true]);
    assert.ok(Object.isFrozen(inner.source.parameter) && Object.isFrozen(frozen(inner)));
  });

  it('of two kinds do not hide each other', () => {
    const { inner, outer } = leaves();
    const { parameters } = nameParameters(
      inPrecision('int8', frozen({ inner: inPrecision('float32', inner), outer })),
    );
    assert.deepEqual(
      [...parameters.values()].map(({ trainable, precision }) => [trainable, precision]),
      [
        [false, 'float32'],
        [false, 'int8'],
      ],
    );
  });

  it('say of a model what the author writes: a trained language model in a Flamingo', () => {
    const { parameters } = flamingo({
      name: 'trained',
      vision: encoder(),
      language: unfrozen(decoder()),
      resampler: { depth: 1, heads: 2, headDim: 16, latents: 4 },
      crossAttention: { every: 1 },
    });
    for (const [name, own] of parameters) assert.equal(own.trainable, !name.startsWith('vision.'), name);
  });

  it('go with every way in which pictures reach text, and with none', () => {
    const language = decoder();
    const connected = spliced({
      name: 'connected',
      vision: inPrecision('float16', encoder()),
      connector: mlpConnector(),
      language: unfrozen(language),
    });
    for (const [name, { trainable, precision }] of connected.parameters) {
      assert.equal(trainable, !name.startsWith('vision.'), name);
      assert.equal(precision, name.startsWith('vision.') ? 'float16' : undefined, name);
    }
    const alone = languageModel({ name: 'alone', language: inPrecision('int8', frozen(language)) });
    for (const { name, trainable, precision } of alone.parameters.values())
      assert.deepEqual([trainable, precision], [false, 'int8'], name);
  });

  it('do not hide sizes from the type checker', () => {
    const given = {
      ...{ name: 'marked', vision: encoder(), language: frozen(decoder()) },
      convention: 'open-flamingo',
    } as const;
    // @ts-expect-error two layers have no third
    assert.throws(() => flamingo({ ...given, crossAttention: { every: 3 } }), /misses all 2 layers/);
  });

  it('on a part of a block are the block’s, wherever it is used', () => {
    const shifted = block('Shifted', {
      sizes: ['dim'],
      takes: ['batch dim'],
      gives: 'batch dim',
      parts: ({ dim }) => ({ table: frozen(parameter([dim])), scale: parameter([dim]) }),
      forward: ({ parts }, x) => add(multiply(x, parts.scale), unmarked(parts.table)),
    });
    const made = shifted({ dim: 4 });
    const x = input('x', 'float32', [2, 4]);
    const names = nameParameters({ made });
    const placed = names.place({ name: 'shifted', inputs: { x }, outputs: { y: made(x) } });
    assert.deepEqual(
      [...names.parameters].map(([name, own]) => [name, own.trainable]),
      [
        ['made.table', false],
        ['made.scale', true],
      ],
    );
    assert.equal(compileGraph(placed).onnx.parameters.length, 2);
  });

  it('that contradict each other on a tied parameter are refused, with both places', () => {
    const words = embedding(10, 4);
    assert.throws(
      () => nameParameters({ embed: frozen(words), head: unfrozen(words) }),
      (error) => {
        assert.ok(error instanceof ModelError);
        assert.equal(
          error.sentence,
          "'embed.weight' and 'head.weight' are one parameter, but it is marked frozen at the first and unfrozen at the second; give both places the same mark",
        );
        assert.match(error.message, /shared-parts\.test\.ts/);
        return true;
      },
    );
    assert.throws(
      () => nameParameters({ embed: inPrecision('int4', words), head: inPrecision('float16', words) }),
      /marked int4 at the first and float16 at the second/,
    );
    // A mark at one place alone is the parameter's.
    assert.deepEqual(trainable({ embed: frozen(words), head: words }), [false]);
  });
});

describe('a program', () => {
  it('cannot be changed', () => {
    const program = model(parts());
    const reached = new Set<object>();
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || reached.has(value))
        return;
      reached.add(value);
      assert.ok(Object.isFrozen(value), path);
      if (value instanceof Map) for (const [key, child] of value) visit(child, `${path}.${key}`);
      for (const [key, child] of Object.entries(value)) {
        // What an operator is, and the author's line and blocks, are nobody's program.
        if (key !== 'operator' && key !== 'callSite' && key !== 'block') visit(child, `${path}.${key}`);
      }
    };
    visit(program, 'program');
    const { parameters } = program;
    assert.ok(parameters instanceof Map);
    assert.throws(() => parameters.clear(), TypeError);
    assert.ok(parameters.size > 0);
  });

  it('refuses a graph that reads a parameter which is not among its parts, at its line', () => {
    const x = input('x', 'float32', [2, 4]);
    const graph = { name: 'one', inputs: { x }, outputs: { y: linear(4, 4)(x) } };
    assert.throws(
      () => nameParameters({ other: linear(4, 4) }).place(graph),
      /graph 'one' reads a parameter \[4, 4\] that is not among the parts; put all that it uses into parts/,
    );
  });
});
