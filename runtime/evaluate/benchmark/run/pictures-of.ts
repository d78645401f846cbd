import { createHash } from 'node:crypto';
import { extname, join } from 'node:path';
import { ffmpegFrames, requireFfmpeg } from '../../../ffmpeg-frames.ts';
import type { Pictures } from '../../../prompt/prompt.ts';
import { frameCount } from '../../../video.ts';
import type { BenchmarkItem, ItemMedia } from '../item.ts';

/** How the pictures of items are given to a model. @throws UserError for a video that cannot be read */
export type PicturesOf = (item: BenchmarkItem) => Promise<Pictures>;

/** What is read without ffmpeg: a folder of frames, and moving pictures. */
const OWN_FORMATS = new Set(['', '.gif', '.webp']);
/** Frames of a video that are kept, for a model that sees fewer: it is shown some from all of its length. */
const LEAST_KEPT = 8;

/**
 * Gives pictures by their paths, and videos as frames of them.
 *
 * @param folder where frames that ffmpeg reads are kept
 * @param frames of a video, at most
 */
export function picturesFrom(folder: string, frames: number, signal?: AbortSignal): PicturesOf {
  const shown = async (video: string): Promise<Pictures> => ({
    video,
    frames: Math.min(frames, await frameCount(video)),
  });
  const reading = new Map<string, Promise<void>>();
  return async ({ media }) => {
    if ('video' in media) {
      const { video, clip } = media;
      if (!needsFfmpeg(media)) return shown(video);
      const most = Math.max(frames, LEAST_KEPT);
      const name = createHash('sha256')
        .update(JSON.stringify([video, clip, most]))
        .digest('hex')
        .slice(0, 16);
      const kept = join(folder, name);
      // Questions that are asked side by side may share a video.
      const found = reading.get(kept) ?? ffmpegFrames(video, kept, { clip, most, signal });
      reading.set(kept, found);
      await found;
      return shown(kept);
    }
    const [image, ...others] = media.images;
    if (image === undefined) return {};
    return others.length === 0 ? { image } : { images: media.images };
  };
}

/** @throws UserError where an item needs ffmpeg, and it is not installed */
export async function checkVideos(items: readonly BenchmarkItem[]): Promise<void> {
  const found = items.map(({ media }) => media).find(needsFfmpeg);
  if (found !== undefined && 'video' in found) await requireFfmpeg(found.video);
}

function needsFfmpeg(media: ItemMedia): boolean {
  return 'video' in media && !OWN_FORMATS.has(extname(media.video).toLowerCase());
}
