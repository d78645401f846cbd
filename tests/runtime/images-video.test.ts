import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import sharp from 'sharp';
import type { ImagePreprocessing } from '../../artifact/manifest.ts';
import { sampleFrames } from '../../runtime/images/frames.ts';
import { loadImage } from '../../runtime/images/load-image.ts';
import { loadFrames } from '../../runtime/video.ts';
import { oneSentence } from '../support/one-sentence.ts';

const folder = fileURLToPath(new URL('../images/', import.meta.url));
const picture = (name: string) => join(folder, name);
const model: ImagePreprocessing = {
  size: 24,
  resize: 'shortest-edge',
  interpolation: 'bicubic',
  mean: [0.5, 0.5, 0.5],
  std: [0.25, 0.25, 0.25],
  maxFrames: 8,
};
const still: ImagePreprocessing = { ...model, maxFrames: 1 };
const FRAME = 3 * 24 * 24;

describe('sampleFrames', () => {
  it('takes evenly spaced frames, all of them where as many are wanted', () => {
    assert.deepEqual(sampleFrames(12, 8), [0, 2, 3, 5, 6, 8, 9, 11]);
    assert.deepEqual(sampleFrames(12, 1), [6]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 64 }), (count, wanted) => {
        fc.pre(wanted <= count);
        const frames = sampleFrames(count, wanted);
        assert.equal(frames.length, wanted);
        assert.ok((frames[0] ?? -1) >= 0 && (frames.at(-1) ?? count) < count);
        const gaps = frames.slice(1).map((frame, index) => frame - (frames[index] ?? 0));
        for (const gap of gaps) assert.ok(gap >= 1 && Math.abs(gap - count / wanted) < 1, `${frames}`);
        if (count === wanted) assert.deepEqual(frames, [...frames.keys()]);
      }),
    );
  });
});

describe('loadFrames', () => {
  let temporary: string;
  before(async () => {
    temporary = await mkdtemp(join(tmpdir(), 'video-'));
  });
  after(() => rm(temporary, { recursive: true }));

  it('reads every frame of a moving WebP as a picture of its own', async () => {
    const { pixels, frames } = await loadFrames(picture('sailing.webp'), model);
    assert.equal(frames, 5);
    assert.equal(pixels.length, 5 * FRAME);
    for (let frame = 0; frame < frames; frame += 1) {
      const alone = await sharp(picture('sailing.webp'), { page: frame }).png().toBuffer();
      assert.deepEqual(pixels.slice(frame * FRAME, (frame + 1) * FRAME), await loadImage(alone, model));
    }
  });

  it('samples a longer GIF evenly, from a path or bytes', async () => {
    const { pixels, frames } = await loadFrames(picture('sailing.gif'), model);
    assert.equal(frames, 8);
    for (const [place, frame] of [0, 2, 3, 5, 6, 8, 9, 11].entries()) {
      const alone = await sharp(picture('sailing.gif'), { page: frame }).png().toBuffer();
      assert.deepEqual(pixels.slice(place * FRAME, (place + 1) * FRAME), await loadImage(alone, model));
    }
    assert.deepEqual(await loadFrames(await readFile(picture('sailing.gif')), model), { pixels, frames });
  });

  it('reads a folder in natural order, and nothing but its pictures', async () => {
    await mkdir(join(temporary, 'frames'));
    for (const number of [1, 2, 9, 10, 11]) {
      await copyFile(
        picture(`sailing/frame-${number}.png`),
        join(temporary, 'frames', `frame-${number}.png`),
      );
    }
    await writeFile(join(temporary, 'frames', 'notes.txt'), 'not a frame');
    await writeFile(join(temporary, 'frames', '.hidden.png'), 'not a frame');
    const { pixels, frames } = await loadFrames(join(temporary, 'frames'), model);
    assert.equal(frames, 5);
    for (const [place, number] of [1, 2, 9, 10, 11].entries()) {
      const alone = await loadImage(picture(`sailing/frame-${number}.png`), model);
      assert.deepEqual(pixels.slice(place * FRAME, (place + 1) * FRAME), alone);
    }
  });

  it('takes frames in the order given, and a still picture as one frame', async () => {
    const pictures = [picture('dog.jpg'), await readFile(picture('cat.png'))];
    const { pixels, frames } = await loadFrames(pictures, model);
    assert.equal(frames, 2);
    assert.deepEqual(pixels.slice(FRAME), await loadImage(picture('cat.png'), model));
    assert.deepEqual((await loadFrames(picture('dog.jpg'), still)).pixels, pixels.slice(0, FRAME));
  });

  it('takes as many frames as asked for', async () => {
    assert.equal((await loadFrames(picture('sailing.gif'), model, { frames: 3 })).frames, 3);
    assert.equal((await loadFrames(picture('sailing.gif'), still, { frames: 1 })).frames, 1);
  });

  it('refuses what it cannot do with one sentence', async () => {
    await mkdir(join(temporary, 'empty'));
    await mkdir(join(temporary, 'broken'));
    await writeFile(join(temporary, 'broken', 'frame-1.png'), 'not a picture');
    const gif = picture('sailing.gif');
    const cases: [attempt: () => Promise<unknown>, message: RegExp][] = [
      [() => loadFrames(gif, model, { frames: 9 }), /asked for 9 frames but the model takes from 1 to 8/],
      [() => loadFrames(gif, model, { frames: 0 }), /from 1 to 8/],
      [() => loadFrames(gif, model, { frames: 1.5 }), /whole number/],
      [() => loadFrames(picture('sailing.webp'), model, { frames: 6 }), /has 5 frames but 6 are asked for/],
      [() => loadFrames(gif, still), /has 12 frames but the model takes still images/],
      [() => loadFrames([], model), /has no frames/],
      [() => loadFrames(join(temporary, 'empty'), model), /has no pictures/],
      [() => loadFrames(join(temporary, 'none'), model), /does not exist/],
      [() => loadFrames(join(temporary, 'broken'), model), /frame-1\.png' is not a picture/],
      [
        () => loadFrames([picture('cat.png'), join(temporary, 'none.png')], model),
        /none\.png' does not exist/,
      ],
    ];
    for (const [attempt, message] of cases) {
      await assert.rejects(attempt, oneSentence(message));
    }
  });

  it('reads or refuses any truncated or damaged video, and never crashes', async () => {
    const files = await Promise.all(['sailing.gif', 'sailing.webp'].map((name) => readFile(picture(name))));
    const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files), place, place, fc.nat(255), async (file, end, at, byte) => {
        const damaged = Buffer.from(file.subarray(0, Math.floor((0.2 + end) * file.length)));
        damaged[Math.floor(at * damaged.length)] = byte;
        try {
          const { pixels, frames } = await loadFrames(damaged, model);
          assert.equal(pixels.length, frames * FRAME);
          assert.ok(frames >= 1 && frames <= 8);
        } catch (error) {
          oneSentence()(error);
        }
      }),
      { numRuns: 60 },
    );
  });
});
