import assert from 'node:assert/strict';
import { input, nameParameters } from '../../dsl/index.ts';
import {
  describedPictures,
  otherDirection,
  shareOfSquares,
  type Unlikeness,
} from '../../examples/emoji/described-pictures.ts';
import { emojiOptions } from '../../models/emoji/emoji.ts';
import { flamingoParts } from '../../models/flamingo/flamingo-parts.ts';
import * as onnxruntime from '../../runtime/onnx-runtime.ts';
import { reinitialised } from '../support/reinitialised.ts';
import { runGraph } from '../support/run-graph.ts';
import { withGraph } from '../support/run-program.ts';

const IMAGE = 3067;
const PLACES = 36;
const DIM = 192;

describe('what the first block of the emoji model does not see', () => {
  /** In a row of one picture, and of that picture alone. */
  async function unseen(gate: number, unlike: Unlikeness): Promise<readonly [row: number, alone: number]> {
    const pictures = describedPictures(flamingoParts(emojiOptions()), unlike);
    const named = nameParameters(pictures.parts);
    const inputs = {
      tokens: input('tokens', 'int64', [1, 1]),
      token: input('token', 'int64', [1]),
      position: input('position', 'int64', [1]),
      described: input('described', 'int64', [1, 1, 3]),
      describedMask: input('describedMask', 'float32', [1, 1, 3]),
      rowFeatures: input('rowFeatures', 'float32', [1, 1, 1, PLACES, DIM]),
      features: input('features', 'float32', [1, PLACES, DIM]),
    };
    const { tokens, token, position, described, describedMask, rowFeatures, features } = inputs;
    const names = { described, describedMask };
    const outputs = {
      row: pictures.forward({ ...names, tokens, features: rowFeatures, imageToken: IMAGE }).unseen,
      alone: pictures.alone({ ...names, tokens: token, positions: position, features }).unseen,
    };
    const graph = reinitialised(named.place({ name: 'unseen', inputs, outputs }), /_gate$/, gate);
    const { parameters, aliases } = named;
    return await withGraph(graph, { parameters, aliases, checkpointNames: [] }, [], {}, async (run) => {
      const ids = (values: readonly number[], shape: readonly number[]) =>
        new onnxruntime.Tensor('int64', BigInt64Array.from(values.map(BigInt)), shape);
      const pixels = Float32Array.from({ length: PLACES * DIM }, (_, index) => Math.sin(index * index));
      const result = await run({
        tokens: ids([IMAGE], [1, 1]),
        token: ids([IMAGE], [1]),
        position: ids([0], [1]),
        described: ids([10, 11, 12], [1, 1, 3]),
        describedMask: new onnxruntime.Tensor('float32', Float32Array.of(1, 1, 0), [1, 1, 3]),
        rowFeatures: new onnxruntime.Tensor('float32', pixels, [1, 1, 1, PLACES, DIM]),
        features: new onnxruntime.Tensor('float32', pixels, [1, PLACES, DIM]),
      });
      return [Number(result.row?.data[0]), Number(result.alone?.data[0])] as const;
    });
  }

  it('is all of it while the gates are shut, and the length besides', async () => {
    for (const share of await unseen(0, shareOfSquares)) assert.ok(Math.abs(share - 1) < 1e-3, String(share));
    for (const share of await unseen(0, otherDirection)) assert.ok(Math.abs(share - 2) < 1e-2, String(share));
  });

  for (const [name, unlike] of Object.entries({ shareOfSquares, otherDirection })) {
    it(`is the same in a row of text as for the picture alone: ${name}`, async () => {
      const [row, alone] = await unseen(0.7, unlike);
      assert.ok(Math.abs(row - 1) > 0.01 && Math.abs(row - 2) > 0.01, 'open gates add something');
      assert.ok(Math.abs(row / alone - 1) < 1e-4, `${row} ${alone}`);
    });
  }

  /** Unlikeness of two rows of tokens, the second of which is given nothing. */
  async function measure(unlike: Unlikeness, added: readonly number[], wanted: readonly number[]) {
    const shape = [1, 2, added.length / 2];
    const [x, y] = [input('x', 'float32', shape), input('y', 'float32', shape)];
    const graph = { name: 'unlike', inputs: { x, y }, outputs: { far: unlike(x, y) } };
    const feed = (data: readonly number[]) => ({ dtype: 'float32' as const, shape, data });
    const { far } = await runGraph(graph, { x: feed(added), y: feed(wanted) });
    return far?.data[0] ?? Number.NaN;
  }

  it('is nothing where the names are given, and tells a wrong length from a wrong direction', async () => {
    const wanted = [3, 4, 0, 0, 0, 0];
    const near = (found: number, expected: number) =>
      assert.ok(Math.abs(found - expected) < 1e-2, `${found}`);
    near(await measure(shareOfSquares, wanted, wanted), 0);
    near(await measure(otherDirection, wanted, wanted), 0);
    near(await measure(otherDirection, [6, 8, 0, 0, 0, 0], wanted), 1);
    near(await measure(otherDirection, [-4, 3, 0, 0, 0, 0], wanted), 1);
    near(await measure(otherDirection, [-3, -4, 0, 0, 0, 0], wanted), 2);
    near(await measure(shareOfSquares, [6, 8, 0, 0, 0, 0], wanted), 1);
  });
});
