import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { openSafetensors } from '../../artifact/weights/safetensors.ts';
import { compileGraph } from '../../compiler/compile-graph.ts';
import { RandomBits } from '../../compiler/training/random-bits.ts';
import { stepGraph } from '../../compiler/training/step-graph.ts';
import {
  add,
  arange,
  block,
  cast,
  dropout,
  linear,
  multiply,
  type Recipe,
  recipe,
  reduceMean,
  reshape,
  scan,
  slice,
  subtract,
  type Tensor,
  tanh,
  task,
} from '../../models/index.ts';
import { type AuthorFolder, authorFolder } from '../frontend/author-folder.ts';
import { assertClose } from '../models/close.ts';
import { input, runGraph } from '../support/run-graph.ts';
import { runRecipe } from './run-recipe.ts';

const ROWS = 40;
const WIDTH = 50;

describe('dropout', () => {
  let folder: AuthorFolder;
  before(async () => {
    folder = await authorFolder();
  });
  after(() => folder.remove());

  /** Learns nothing to speak of: its metrics tell what was dropped, of ones, at two places. */
  function dropping(change: { readonly seed?: number; readonly stepsPerCall?: number } = {}): Recipe {
    const parts = { scale: linear(WIDTH, WIDTH) };
    const rows = task({
      name: 'rows',
      inputs: { x: { dtype: 'float32', shape: [ROWS, WIDTH] } },
      loss({ x }) {
        const [first, second] = [dropout(x, 0.25), dropout(x, 0.25)];
        return {
          loss: reduceMean(dropout(parts.scale(first), 0.5)),
          metrics: {
            mean: reduceMean(first),
            places: reduceMean(
              multiply(first, reshape(cast(arange(ROWS * WIDTH), 'float32'), [ROWS, WIDTH])),
            ),
            apart: reduceMean(multiply(subtract(first, second), subtract(first, second))),
          },
        };
      },
      data: { batch: () => ({ x: new Float32Array(ROWS * WIDTH).fill(1) }) },
    });
    return recipe({
      name: 'dropping',
      steps: 6,
      parts,
      tasks: [rows],
      optimizer: { learningRate: 0.01 },
      evaluation: { every: 6, batches: 1, tasks: [rows] },
      ...change,
    });
  }

  const metrics = async (out: string) =>
    (await readFile(`${out}/metrics.jsonl`, 'utf8'))
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));

  it('drops others at every place and step, keeps the mean, and drops nothing in an evaluation', async () => {
    const out = `${folder.path}/run`;
    await runRecipe(dropping(), out);
    const text = JSON.stringify(await metrics(out));
    const numbers = (name: string) =>
      [...text.matchAll(new RegExp(`"[^"]*\\b${name}":([\\d.e-]+)`, 'g'))].map(([, value]) => Number(value));
    const [means, apart] = [numbers('mean'), numbers('apart')];
    assert.equal(means.length, 7, text);
    const trained = means.filter((mean) => mean !== 1);
    assert.equal(trained.length, 6);
    assert.equal(new Set(numbers('places')).size, 7, 'each step drops others');
    for (const mean of trained) assert.ok(Math.abs(mean - 1) < 0.07, `mean ${mean}`);
    // Two independent ones differ at 2 * 0.75 * 0.25 of the places, by 4/3.
    const between = apart.filter((each) => each !== 0);
    assert.equal(between.length, 6);
    for (const each of between)
      assert.ok(Math.abs(each - (2 * 0.75 * 0.25 * 16) / 9) < 0.08, `apart ${each}`);
  });

  it('drops the same again in a run that was stopped, and with several steps a call; with another seed others', async () => {
    const whole = await runRecipe(dropping(), `${folder.path}/whole`);
    const expected = await readFile(whole.weights);
    const out = `${folder.path}/stopped`;
    await runRecipe(dropping(), out, { stopAfter: 2 });
    assert.deepEqual(await readFile((await runRecipe(dropping(), out)).weights), expected);
    const together = await runRecipe(dropping({ stepsPerCall: 3 }), `${folder.path}/together`);
    assert.deepEqual(await readFile(together.weights), expected);
    const other = await runRecipe(dropping({ seed: 1 }), `${folder.path}/other`);
    assert.notEqual(other.loss, whole.loss);
  });

  it('drops the same where a block is computed again for its gradient', async () => {
    const made = (recompute: boolean) => {
      const inner = block('Inner', {
        sizes: ['dim'],
        takes: ['rows dim'],
        gives: 'rows dim',
        parts: ({ dim }) => ({ map: linear(dim, dim) }),
        forward: ({ parts }, x) => tanh(dropout(parts.map(dropout(x, 0.3)), 0.3)),
      });
      const parts = { first: inner({ dim: 8 }), second: inner({ dim: 8 }) };
      return recipe({
        name: 'again',
        steps: 4,
        parts,
        tasks: [
          task({
            name: 'rows',
            inputs: { x: { dtype: 'float32', shape: [5, 8] } },
            loss: ({ x }) => reduceMean(parts.second(parts.first(x))),
            data: {
              batch: (step) => ({ x: Float32Array.from({ length: 40 }, (_, i) => Math.sin(step + i)) }),
            },
          }),
        ],
        optimizer: { learningRate: 0.1 },
        ...(recompute ? { recompute: () => true } : {}),
      });
    };
    const [kept, again] = await Promise.all(
      [false, true].map((recompute) => runRecipe(made(recompute), `${folder.path}/recompute-${recompute}`)),
    );
    const files = await Promise.all([kept, again].map((run) => openSafetensors(run?.weights ?? '')));
    const [one, other] = files;
    for (const name of one?.names ?? [])
      assertClose((await other?.readFloat32(name)) ?? [], (await one?.readFloat32(name)) ?? [], 1e-5);
  });

  it('is refused in a step of a scan that is trained, at its line, and is nothing in one that answers', () => {
    const parts = { map: linear(4, 4) };
    const looped = (x: Tensor<'float32', readonly [3, 4]>) =>
      scan({
        state: { h: parts.map(slice(x, 0, 0, 1)) },
        over: { x: reshape(x, [3, 1, 4]) },
        step: ({ h }, slices) => {
          const next = dropout(add(h, slices.x), 0.5);
          return { state: { h: next } };
        },
      }).state.h;
    const made = recipe({
      name: 'loop',
      steps: 1,
      parts,
      tasks: [
        task({
          name: 'rows',
          inputs: { x: { dtype: 'float32', shape: [3, 4] } },
          loss: ({ x }) => reduceMean(looped(x)),
          data: { batch: () => ({ x: new Float32Array(12) }) },
        }),
      ],
      optimizer: { learningRate: 0.1 },
    });
    assert.throws(
      () => stepGraph(made),
      /dropout\.test\.ts:\d+:\d+: dropout means something else in training, which a step of scan cannot; put it before the scan or after it$/,
    );
  });

  it('is nothing at all in what is compiled for answers', () => {
    const x = input('x', 'float32', ['batch', WIDTH]);
    const { onnx } = compileGraph(
      { name: 'answers', inputs: { x }, outputs: { y: dropout(multiply(x, 2), 0.5) } },
      { target: 'cpu' },
    );
    assert.deepEqual(
      onnx.nodes.map(({ type }) => type),
      ['Mul'],
    );
  });
});

describe('random bits of a training step', () => {
  it('are true as often as is asked for, and know nothing of each other', async () => {
    const step = input('step', 'int64', []);
    const bits = new RandomBits(7, step);
    const count = 20_000;
    const outputs = Object.fromEntries(
      [0.5, 0.5, 0.1, 0, 1].map((share, index) => [
        `b${index}`,
        cast(bits.bernoulli(share, [count]), 'int64'),
      ]),
    );
    const drawn = async (number: number) => {
      const results = await runGraph(
        { name: 'bits', inputs: { step }, outputs },
        { step: { dtype: 'int64', shape: [], data: [number] } },
      );
      return Object.keys(outputs).map((name) => results[name]?.data ?? []);
    };
    const [one, next, far] = [await drawn(1), await drawn(2), await drawn(1_000_000)];
    const shareOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / count;
    /** In standard deviations of a share of pairs that are alike, were they drawn by tossing coins. */
    const alike = (left: readonly number[] = [], right: readonly number[] = [], shift = 0) => {
      const pairs = left.slice(shift).filter((value, index) => value === right[index]).length;
      return (pairs / (count - shift) - 0.5) * 2 * Math.sqrt(count - shift);
    };
    for (const [expected, values] of [
      [0.5, one[0]],
      [0.1, one[2]],
      [0.5, far[1]],
    ] as const)
      assert.ok(Math.abs(shareOf(values ?? []) - expected) < 0.015, `${expected}`);
    assert.deepEqual([shareOf(one[3] ?? []), shareOf(one[4] ?? [])], [0, 1]);
    const scores = [
      alike(one[0], one[1]),
      alike(one[0], next[0]),
      alike(one[0], far[0]),
      ...[1, 2, 7, 64, 1024].map((shift) => alike(one[0], one[0], shift)),
      ...[1, 64].map((shift) => alike(one[0], next[0], shift)),
    ];
    for (const score of scores) assert.ok(Math.abs(score) < 4, scores.join(' '));
    assert.deepEqual(await drawn(1), one);
  });
});
