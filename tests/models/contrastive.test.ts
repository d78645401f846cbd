import assert from 'node:assert/strict';
import { input } from '../../dsl/input.ts';
import { contrastiveLoss } from '../../models/losses/contrastive.ts';
import * as onnxruntime from '../../runtime/onnx-runtime.ts';
import { withGraph } from '../support/run-program.ts';

const IMAGES = [3, 0, 0, 2, 1, 1];
const TEXTS = [1, 0.2, 0.5, 1, -1, 0.1];

/** CLIP's loss written out, in double precision. */
function expected(scale: number): number {
  const rows = (values: readonly number[]) =>
    [0, 1, 2].map((row) => {
      const [x = 0, y = 0] = values.slice(2 * row, 2 * row + 2);
      return [x / Math.hypot(x, y), y / Math.hypot(x, y)] as const;
    });
  const [images, texts] = [rows(IMAGES), rows(TEXTS)];
  const sharpness = Math.exp(Math.min(scale, Math.log(100)));
  const logits = images.map(([x, y]) => texts.map(([u, v]) => sharpness * (x * u + y * v)));
  const surprise = (scores: readonly number[], own: number) =>
    Math.log(scores.reduce((sum, score) => sum + Math.exp(score - (scores[own] ?? 0)), 0));
  const byImage = logits.map((row, own) => surprise(row, own));
  const byText = logits.map((_, own) =>
    surprise(
      logits.map((row) => row[own] ?? 0),
      own,
    ),
  );
  return [...byImage, ...byText].reduce((sum, each) => sum + each, 0) / 6;
}

describe('the contrastive loss', () => {
  it("is CLIP's in both directions, with a temperature of 0.01 at least", async () => {
    const images = input('images', 'float32', [3, 2]);
    const texts = input('texts', 'float32', [3, 2]);
    const scale = input('scale', 'float32', [1]);
    const { loss, metrics } = contrastiveLoss(images, texts, scale);
    const graph = { name: 'loss', inputs: { images, texts, scale }, outputs: { loss, ...metrics } };
    const nothing = { parameters: new Map(), aliases: new Map(), checkpointNames: [] };
    await withGraph(graph, nothing, [], {}, async (run) => {
      const tensor = (values: readonly number[], shape: readonly number[]) =>
        new onnxruntime.Tensor('float32', Float32Array.from(values), shape);
      for (const value of [0, Math.log(1 / 0.07), 9]) {
        const results = await run({
          images: tensor(IMAGES, [3, 2]),
          texts: tensor(TEXTS, [3, 2]),
          scale: tensor([value], [1]),
        });
        const found = Number(results.loss?.data[0]);
        assert.ok(Math.abs(found - expected(value)) <= 1e-4 * expected(value), `${found} at ${value}`);
        // The third picture is nearer to both other texts than to its own.
        assert.ok(Math.abs(Number(results.image_accuracy?.data[0]) - 2 / 3) < 1e-6);
      }
    });
  });
});
