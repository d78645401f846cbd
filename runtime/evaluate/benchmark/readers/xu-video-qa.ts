import { z } from 'zod';
import type { ReadContext } from '../benchmark.ts';
import { find } from '../files/find.ts';
import { jsonRows } from '../files/rows.ts';
import type { RawItem, RawMedia } from '../item.ts';

const ROW = z.object({
  id: z.int(),
  question: z.string().min(1),
  answer: z.string().min(1),
  video_id: z.int(),
});

/** Questions about videos as MSVD-QA and MSRVTT-QA have them (Xu et al. 2017), in `test_qa.json` and the like. */
export async function* xuVideoQuestions(
  context: ReadContext,
  video: (id: number) => RawMedia,
): AsyncGenerator<RawItem> {
  const path = await find(context, [`${context.split}_qa.json`]);
  for await (const { row } of jsonRows(context, path, [], ROW)) {
    const { id, question, answer, video_id } = row;
    yield { id: String(id), media: video(video_id), question, answers: [answer] };
  }
}
