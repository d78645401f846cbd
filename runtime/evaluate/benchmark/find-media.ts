import { stat } from 'node:fs/promises';
import { LONGEST_PATH, plain } from '../../../artifact/quoted.ts';
import { UserError } from '../../../artifact/user-error.ts';
import { readHeader } from '../../images/decode.ts';
import type { BenchmarkItem, RawItem } from './item.ts';

/** What a video may be called, best first: a folder of frames, what sharp reads, what ffmpeg reads. */
const VIDEO_ENDINGS = ['', '.gif', '.webp', '.mp4', '.avi', '.mkv', '.webm', '.mov', '.m4v', '.mpg', '.3gp'];

/**
 * An item with its pictures found, or why they cannot be used.
 *
 * @param look also reads the header of each picture, for those that many prompts are to show
 */
export async function withMedia(item: RawItem, look: boolean): Promise<BenchmarkItem | string> {
  const { media } = item;
  if ('stems' in media) {
    for (const stem of media.stems) {
      for (const ending of VIDEO_ENDINGS) {
        const video = `${stem}${ending}`;
        const found = await stat(video).catch(() => undefined);
        if (found === undefined || (ending === '' && !found.isDirectory())) continue;
        return { ...item, media: { video, ...(media.clip && { clip: media.clip }) } };
      }
    }
    return `its video ${plain(media.stems[0] ?? '', LONGEST_PATH)} does not exist, as a folder of frames or with an ending of ${VIDEO_ENDINGS.slice(1).join(' ')}`;
  }
  for (const image of media.images) {
    const found = await stat(image).catch(() => undefined);
    if (found?.isFile() !== true) return `its picture ${plain(image, LONGEST_PATH)} does not exist`;
    if (!look) continue;
    try {
      await readHeader(image);
    } catch (error) {
      if (error instanceof UserError) return error.message.replace(/\.$/, '');
      throw error;
    }
  }
  return { ...item, media };
}
