import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSafetensors } from '../../artifact/weights/safetensors.ts';
import { compile } from '../../compiler/compile.ts';
import { typeCheck } from '../../compiler/frontend/type-check.ts';
import { relink } from '../../compiler/relink.ts';
import { ModelError } from '../../dsl/errors/model-error.ts';
import { program } from '../../dsl/program/program.ts';
import { add, cast, graph, input, linear, multiply, reduceSum, tanh } from '../../models/index.ts';
import { openArtifact } from '../../runtime/artifact/artifact.ts';
import { loadGraph } from '../../runtime/graph.ts';
import { loadFlamingo } from '../../runtime/load-flamingo.ts';
import { type AuthorFolder, authorFolder } from '../frontend/author-folder.ts';
import { assertClose } from '../models/close.ts';
import { oneSentence } from '../support/one-sentence.ts';

const first = linear(3, 4);
const second = linear(4, 2, { bias: false });
const network = () =>
  graph({
    name: 'network',
    inputs: { x: { dtype: 'float32', shape: ['batch', 3] }, times: { dtype: 'int64', shape: ['batch'] } },
    parts: { first, second },
    outputs({ x, times }) {
      const y = second(tanh(first(x)));
      return { y, total: multiply(reduceSum(y, [1]), cast(times, 'float32')) };
    },
  });

describe('a graph alone', () => {
  let folder: AuthorFolder;
  let out: string;
  before(async () => {
    folder = await authorFolder();
    out = join(folder.path, 'network');
    await compile(network(), { out, seed: 5 });
  });
  after(() => folder.remove());

  const refuses = (promise: Promise<unknown>, sentence: RegExp) =>
    assert.rejects(promise, oneSentence(sentence));

  it('is compiled without invented facts, and computes what it says', async () => {
    const { manifest } = await openArtifact(out, { verify: true });
    assert.deepEqual([manifest.image, manifest.language, manifest.media], [undefined, undefined, undefined]);
    assert.deepEqual(Object.keys(manifest.graphs), ['network']);
    assert.ok(!(await readdir(out)).includes('tokenizer.json'));
    const stored = await openSafetensors(join(out, 'weights.safetensors'));
    const [w1, b1, w2] = await Promise.all(
      ['first.weight', 'first.bias', 'second.weight'].map((name) => stored.readFloat32(name)),
    );
    assert.ok(w1 && b1 && w2);
    await using loaded = await loadGraph(out);
    const x = Float32Array.of(1, -2, 0.5, 0.1, 0.2, 0.3);
    const { y, total } = await loaded.run({ x, times: { data: BigInt64Array.of(2n, -1n), shape: [2] } });
    assert.ok(y?.data instanceof Float32Array && total?.data instanceof Float32Array);
    assert.deepEqual([y.shape, total.shape], [[2, 2], [2]]);
    const expected = [0, 1].flatMap((row) => {
      const hidden = Array.from({ length: 4 }, (_, to) =>
        Math.tanh(
          [0, 1, 2].reduce(
            (sum, from) => sum + (x[row * 3 + from] ?? 0) * (w1[to * 3 + from] ?? 0),
            b1[to] ?? 0,
          ),
        ),
      );
      return [0, 1].map((to) =>
        hidden.reduce((sum, value, from) => sum + value * (w2[to * 4 + from] ?? 0), 0),
      );
    });
    assertClose(y.data, expected);
    assertClose(total.data, [
      2 * ((expected[0] ?? 0) + (expected[1] ?? 0)),
      -((expected[2] ?? 0) + (expected[3] ?? 0)),
    ]);
  });

  it('refuses inputs that do not fit, in one sentence each', async () => {
    await using loaded = await loadGraph(out);
    const x = new Float32Array(6);
    const times = new BigInt64Array(2);
    await refuses(
      loaded.run({ x }),
      /^The input 'times' of the graph 'network' is missing: give 'times' int64 \[batch\]\.$/,
    );
    await refuses(
      loaded.run({ x, times, z: x }),
      /has no input 'z': its inputs are 'x' float32 \[batch, 3\], 'times'/,
    );
    await refuses(
      loaded.run({ x: new Int32Array(6), times }),
      /'x' .* was given as a Int32Array: give 'x' float32 \[batch, 3\] in a Float32Array/,
    );
    await refuses(
      loaded.run({ x: { data: x, shape: [2, 2] }, times }),
      /'x' .* has the shape \[2, 2\]: give/,
    );
    await refuses(loaded.run({ x: { data: x, shape: [2] }, times }), /has the shape \[2\] of 1 axes/);
    await refuses(
      loaded.run({ x: { data: x, shape: [3, 3] }, times }),
      /has 6 values and the shape \[3, 3\], which has 9/,
    );
    await refuses(loaded.run({ x: { data: x, shape: [-2, -3] }, times }), /whole numbers from 0/);
    await refuses(
      loaded.run({ x, times: new BigInt64Array(3) }),
      /'times' .* has 3 values and the shape \[2\], which has 2|although 'batch' is 2/,
    );
    await refuses(
      loaded.run({ x: { data: x, shape: [2, 3] }, times: { data: new BigInt64Array(3), shape: [3] } }),
      /has the shape \[3\] although 'batch' is 2/,
    );
    await refuses(loaded.run({ x: new Float32Array(7), times }), /has 7 values without a shape/);
    for (const value of [null, 42, [], 'x', new Float32Array(6)])
      await refuses(
        Reflect.apply(loaded.run, loaded, [value]),
        /^The values of the graph 'network' are .* but an object with a value for each input is expected/,
      );
    await refuses(
      loadFlamingo(out),
      /holds a graph to be run by name and no model that answers prompts: load it with loadGraph/,
    );
    await refuses(loadGraph(out, { graph: 'other' }), /has no graph 'other': choose one of network/);
  });

  it('has a client that knows its inputs and outputs', async () => {
    const using = await folder.write(
      'using.ts',
      `import { load } from './network/client.mjs';
export async function use(): Promise<readonly [Float32Array, readonly number[]]> {
  await using network = await load({ threads: 1 });
  const { y } = await network.run({ x: new Float32Array(6), times: BigInt64Array.of(1n, 2n) });
  const width: 2 = y.shape[1];
  await network.run({ x: { data: new Float32Array(width * 3), shape: [width, 3] }, times: new BigInt64Array(2) });
  return [y.data, y.shape];
}
export async function wrong() {
  await using network = await load();
  const { z } = await network.run({ x: new Float32Array(6), times: new BigInt64Array(2) });
  await network.run({ x: new Int32Array(6), times: new BigInt64Array(2) });
  await network.run({ x: new Float32Array(6) });
  await network.run({ x: { data: new Float32Array(8), shape: [2, 4] }, times: new BigInt64Array(2) });
  const { y } = await network.run({ x: new Float32Array(6), times: new BigInt64Array(2) });
  return [z, y.shape[2]];
}
`,
    );
    assert.deepEqual(
      typeCheck(using).map(({ line }) => line),
      [11, 12, 13, 14, 16],
    );
  });

  it('takes other weights, and graphs of several names', async () => {
    const { manifest } = await openArtifact(out);
    const other = join(folder.path, 'other');
    await compile(network(), { out: other, seed: 6 });
    await relink(out, manifest, { weights: [join(other, 'weights.safetensors')], copyWeights: true });
    const x = Float32Array.of(1, 2, 3);
    const results = [];
    for (const directory of [out, other]) {
      await using loaded = await loadGraph(directory);
      results.push((await loaded.run({ x, times: BigInt64Array.of(1n) })).y?.data);
    }
    assert.deepEqual(results[0], results[1]);

    const [a, b] = [input('a', 'float32', ['n']), input('b', 'float32', ['n', 'm'])];
    const two = program({
      name: 'two',
      parts: {},
      graphs: {
        twice: { name: 'twice', inputs: { a }, outputs: { sum: add(a, a) } },
        square: {
          name: 'square',
          inputs: { b, c: input('c', 'float32', ['m', 'n+1']) },
          outputs: { product: b },
        },
      },
      checkpointNames: [],
      facts: { options: {} },
    });
    const both = join(folder.path, 'two');
    await compile(two, { out: both });
    await refuses(loadGraph(both), /has the graphs twice, square: say which with \{ graph: 'twice' \}/);
    await using twice = await loadGraph(both, { graph: 'twice' });
    assert.deepEqual((await twice.run({ a: Float32Array.of(1, 2) })).sum?.data, Float32Array.of(2, 4));
    await using square = await loadGraph(both, { graph: 'square' });
    const b2 = { data: new Float32Array(6), shape: [2, 3] };
    await refuses(
      square.run({ b: b2, c: { data: new Float32Array(6), shape: [3, 2] } }),
      /'c' .* has the shape \[3, 2\] although 'n\+1' is 3 by the other sizes/,
    );
    await square.run({ b: b2, c: { data: new Float32Array(9), shape: [3, 3] } });
    const using = await folder.write(
      'choosing.ts',
      `import { load } from './two/client.mjs';
await load({ graph: 'square' }).then((square) => square.run({ b: new Float32Array(6), c: new Float32Array(9) }));
await load({ graph: 'cube' });
await load();
`,
    );
    assert.deepEqual(
      typeCheck(using).map(({ line }) => line),
      [3, 4],
    );
  });

  it('takes the place of a model, whose files go', async () => {
    const place = await mkdtemp(join(tmpdir(), 'place-'));
    const there = join(place, 'artifact');
    try {
      await compile(network(), { out: there });
      const renamed = graph({
        name: 'renamed',
        inputs: { x: { dtype: 'float32', shape: [2] } },
        outputs: ({ x }) => ({ y: add(x, 1) }),
      });
      await compile(renamed, { out: there, replace: true });
      await openArtifact(there, { verify: true });
      const files = await readdir(there);
      assert.ok(
        files.every((file) => !file.startsWith('network')),
        files.join(),
      );
      assert.match(await readFile(join(there, 'client.mjs'), 'utf8'), /renamed/);
    } finally {
      await rm(place, { recursive: true });
    }
  });

  it('is refused at the line of the author where it cannot be', () => {
    const x = { dtype: 'float32', shape: [2] } as const;
    const wrong: readonly (readonly [() => unknown, RegExp])[] = [
      [
        () => graph({ name: 'a/b', inputs: { x }, outputs: ({ x }) => ({ y: add(x, 1) }) }),
        /the name must be letters/,
      ],
      [() => graph({ name: 'a', inputs: { x }, outputs: () => ({}) }), /'a' has no outputs/],
      [
        () => graph({ name: 'a', inputs: { x }, outputs: ({ x }) => ({ x: add(x, 1) }) }),
        /'x' is the name of an input and of an output/,
      ],
      [
        () =>
          graph({
            name: 'a',
            inputs: { x: { dtype: 'float32', shape: [1, 2] } },
            outputs: ({ x }) => ({ y: linear(2, 3)(x) }),
          }),
        /reads a parameter \[3, 2\] that is not among the parts/,
      ],
    ];
    for (const [make, sentence] of wrong) {
      assert.throws(make, (error: unknown) => {
        assert.ok(error instanceof ModelError, String(error));
        assert.match(error.message, sentence);
        return true;
      });
    }
  });
});
