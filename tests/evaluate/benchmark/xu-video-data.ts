import { join } from 'node:path';
import { putFrames, putGif, putJson } from './data-set.ts';

/** Questions as MSVD-QA and MSRVTT-QA have them, and their videos: of frames, and one GIF a split. */
export async function putXuVideoData(
  folder: string,
  video: (id: number) => string,
  more: object,
): Promise<void> {
  for (const [split, first, count] of [
    ['train', 0, 4],
    ['test', 7010, 3],
  ] as const) {
    const rows = Array.from({ length: count }, (_, index) => ({
      answer: ['cat', 'dog', 'bicycle'][index % 3],
      ...more,
      id: 158581 + first + index,
      question: ['what is running?', 'who is it?'][index % 2],
      video_id: first + index + 1,
    }));
    await putJson(join(folder, `${split}_qa.json`), rows);
    for (const [index, { video_id }] of rows.entries()) {
      const path = join(folder, video(video_id));
      if (index === 0) await putGif(`${path}.gif`);
      else await putFrames(path, index);
    }
  }
}
