import assert from 'node:assert/strict';
import sharp from 'sharp';
import { readHeader } from '../../runtime/images/decode.ts';
import { mayMove } from '../../runtime/images/may-move.ts';

describe('pictures that may move', () => {
  const blank = () => sharp({ create: { width: 8, height: 8, channels: 3, background: '#808080' } });

  it('are GIF and WebP by their first bytes, and no other format', async () => {
    for (const [format, may] of [
      ['gif', true],
      ['webp', true],
      ['png', false],
      ['jpeg', false],
      ['tiff', false],
    ] as const) {
      assert.equal(await mayMove(await blank().toFormat(format).toBuffer()), may, format);
    }
    assert.equal(await mayMove(Buffer.from('RIFF1234WAVE')), false);
    assert.equal(await mayMove(Buffer.from('GIF')), false);
  });

  it('are those that have several frames', async () => {
    const frames = Buffer.concat([Buffer.alloc(8 * 8 * 3, 1), Buffer.alloc(8 * 8 * 3, 200)]);
    const moving = await sharp(frames, { raw: { width: 8, height: 16, channels: 3, pageHeight: 8 } })
      .gif()
      .toBuffer();
    assert.equal((await readHeader(moving)).frames, 2);
    assert.equal(await mayMove(moving), true);
  });
});
