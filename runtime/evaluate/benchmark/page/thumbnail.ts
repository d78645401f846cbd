import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { UserError } from '../../../../artifact/user-error.ts';
import { readHeader } from '../../../images/decode.ts';

/** Pixels of the longer side; pages show it at half of that on dense screens. */
const SIDE = 240;
const PICTURE = /\.(jpe?g|png|webp|gif|avif|tiff?|svg)$/i;

/**
 * A small picture as the address that an `<img>` takes: of a picture, of a video's first frame, or of the middle frame of
 * a folder of frames. Undefined for what cannot be drawn.
 */
export async function thumbnail(path: string): Promise<string | undefined> {
  try {
    const picture = await frameOf(path);
    if (picture === undefined) return undefined;
    // Its limits are those of all pictures.
    await readHeader(picture);
    const data = await sharp(picture, { failOn: 'none' })
      .rotate()
      .resize(SIDE, SIDE, { fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 70 })
      .toBuffer();
    return `data:image/webp;base64,${data.toString('base64')}`;
  } catch (error) {
    // A page goes without a picture that sharp does not draw.
    if (error instanceof UserError || error instanceof Error) return undefined;
    throw error;
  }
}

async function frameOf(path: string): Promise<string | undefined> {
  if (!(await stat(path)).isDirectory()) return path;
  const frames = (await readdir(path)).filter((name) => PICTURE.test(name)).sort();
  const middle = frames[Math.floor(frames.length / 2)];
  return middle === undefined ? undefined : join(path, middle);
}
