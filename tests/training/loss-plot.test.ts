import assert from 'node:assert/strict';
import sharp from 'sharp';
import { lossPlot } from '../../runtime/training/loss-plot.ts';
import type { MetricsRecord } from '../../runtime/training/metrics-log.ts';

function record(step: number, loss: number, kind: MetricsRecord['kind'] = 'train'): MetricsRecord {
  return { step, kind, loss, losses: {}, metrics: {} };
}

/** How many pixels of the drawn plot are nearly of a colour. */
async function pixelsNear(
  svg: string,
  [red, green, blue]: readonly [number, number, number],
): Promise<number> {
  const { data } = await sharp(Buffer.from(svg)).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  let count = 0;
  for (let index = 0; index < data.length; index += 3) {
    const distance = (channel: number, wanted: number) => Math.abs((data[index + channel] ?? 0) - wanted);
    if (distance(0, red) + distance(1, green) + distance(2, blue) < 30) count += 1;
  }
  return count;
}

const BLUE = [0x1f, 0x77, 0xb4] as const;
const ORANGE = [0xd9, 0x5f, 0x02] as const;

describe('lossPlot', () => {
  it('draws the mean of the losses across the picture, and a dot for each evaluation', async () => {
    const steps = Array.from({ length: 5000 }, (_, index) => record(index + 1, 3 / Math.sqrt(index + 1)));
    const evaluations = [1000, 2000, 3000].map((step) => record(step, 2, 'evaluation'));
    const plain = lossPlot('a & b', steps);
    assert.ok((await pixelsNear(plain, BLUE)) > 500);
    assert.equal(await pixelsNear(plain, ORANGE), 0);
    assert.match(plain, /a &amp; b/);
    const withDots = lossPlot('a', [...steps, ...evaluations]);
    const orange = await pixelsNear(withDots, ORANGE);
    assert.ok(orange > 30 && orange < 120, `${orange}`);
    assert.ok(withDots.length < 40_000, 'thousands of steps are thinned');
  });

  it('is a picture for no step, one step, and losses that are all alike or negative', async () => {
    for (const records of [[], [record(1, 2)], [record(1, 0), record(2, 0)], [record(1, -3), record(2, 4)]]) {
      const svg = lossPlot('few', records);
      assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
      assert.equal((await sharp(Buffer.from(svg)).metadata()).width, 800);
    }
  });
});
