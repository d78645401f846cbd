import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ItemMedia } from '../../../runtime/evaluate/benchmark/item.ts';
import { checkVideos, picturesFrom } from '../../../runtime/evaluate/benchmark/run/pictures-of.ts';
import { putFrames, putGif } from './data-set.ts';

const itemOf = (media: ItemMedia) => ({ id: '1', media, question: '', answers: [] });

describe('videos of a benchmark', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'videos-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('are shown as they are where they are frames or moving pictures, with as many frames as they have', async () => {
    const pictures = picturesFrom(join(folder, 'frames'), 30);
    const frames = join(folder, 'clip');
    await putFrames(frames, 0);
    assert.deepEqual(await pictures(itemOf({ video: frames })), { video: frames, frames: 2 });
    const gif = join(folder, 'sailing.gif');
    await putGif(gif);
    const { frames: count = 0 } = await pictures(itemOf({ video: gif }));
    assert.ok(count > 2 && count < 30);
    const few = picturesFrom(join(folder, 'frames'), 1);
    assert.deepEqual(await few(itemOf({ video: gif })), { video: gif, frames: 1 });
    assert.deepEqual(await few(itemOf({ images: [] })), {});
  });

  it('need ffmpeg otherwise, and say so where it is not installed', async () => {
    const { PATH } = process.env;
    process.env.PATH = folder;
    try {
      const video = join(folder, 'clip.mp4');
      await assert.rejects(
        checkVideos([itemOf({ images: [] }), itemOf({ video })]),
        /clip\.mp4' is read through ffmpeg, which is not installed: install it, or put the frames of each video into/,
      );
      await checkVideos([itemOf({ video: join(folder, 'a.GIF') })]);
    } finally {
      if (PATH === undefined) delete process.env.PATH;
      else process.env.PATH = PATH;
    }
  });

  describe('through ffmpeg', () => {
    const movie = () => join(folder, '-movie of 20 s.mkv');
    before(function () {
      if (spawnSync('ffmpeg', ['-version']).status !== 0) this.skip();
      const made = spawnSync('ffmpeg', [
        ...['-nostdin', '-y', '-f', 'lavfi', '-i', 'testsrc=duration=20:size=64x48:rate=10'],
        ...['-c:v', 'mjpeg', `file:${movie()}`],
      ]);
      assert.equal(made.status, 0, String(made.stderr));
    });

    it('give three frames a second of a clip, and of a longer one as many, spread evenly', async () => {
      const kept = join(folder, 'kept');
      const framesOf = async (clip: readonly [number, number] | undefined, most: number) => {
        const item = itemOf({ video: movie(), ...(clip && { clip }) });
        const { video, frames } = await picturesFrom(kept, most)(item);
        const files = await readdir(String(video));
        return [frames, files.length];
      };
      assert.deepEqual(await framesOf([5, 8], 30), [9, 9]);
      assert.deepEqual(await framesOf(undefined, 30), [30, 30]);
      assert.deepEqual(await framesOf(undefined, 4), [4, 8]);
      assert.deepEqual(await framesOf([19.9, 19.9], 30), [1, 1]);
      assert.equal((await readdir(kept)).length, 4);
    });

    it('are refused in a sentence where ffmpeg cannot read them', async () => {
      const broken = join(folder, 'broken.mp4');
      await writeFile(broken, 'no video');
      const pictures = picturesFrom(join(folder, 'kept'), 30);
      await assert.rejects(
        pictures(itemOf({ video: broken })),
        /broken\.mp4' cannot be read as a video by ffmpeg \(.+\): get/,
      );
      await assert.rejects(
        pictures(itemOf({ video: movie(), clip: [30, 40] })),
        /ffmpeg \(it has no frame from 30 to 40 s\)/,
      );
    });
  });
});
