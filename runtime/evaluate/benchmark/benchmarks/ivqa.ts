import { z } from 'zod';
import { ivqaAccuracy } from '../../metrics/index.ts';
import { SHORT_ANSWER } from '../answer-rules.ts';
import type { Benchmark } from '../benchmark.ts';
import { find } from '../files/find.ts';
import { csvRows } from '../files/rows.ts';
import { QUESTION } from '../forms.ts';
import { clipsIn, videosIn } from '../readers/clips.ts';

const SECONDS = z.coerce.number().min(0);
const ROW = z.object({
  video_id: z.string().min(1),
  start: SECONDS.optional(),
  end: SECONDS.optional(),
  question: z.string().min(1),
  ...{ answer1: z.string(), answer2: z.string(), answer3: z.string() },
  ...{ answer4: z.string(), answer5: z.string() },
});

const VIDEOS = ['video', 'videos'];

/** iVQA (Yang et al. 2021). */
export const benchmark: Benchmark = {
  name: 'ivqa',
  title: 'iVQA',
  splits: ['test', 'val'],
  examplesFrom: () => 'train',
  layout: (split) => [`${split}.csv`, 'video/ZyoMUkeGrV4_12_30.mp4 … (or video/ZyoMUkeGrV4.mp4 …)'],
  async *items(context) {
    const path = await find(context, [`${context.split}.csv`]);
    const clip = await clipsIn(context, VIDEOS);
    const video = await videosIn(context, VIDEOS);
    for await (const { key, row } of csvRows(context, path, ROW)) {
      const { video_id, start, end, question } = row;
      const all = [row.answer1, row.answer2, row.answer3, row.answer4, row.answer5];
      yield {
        id: `line ${key}`,
        media: start === undefined || end === undefined ? video(video_id) : clip(video_id, start, end),
        question,
        answers: all.map((answer) => answer.trim()).filter((answer) => answer !== ''),
      };
    }
  },
  form: QUESTION,
  answering: { kind: 'written', maxNewTokens: 5 },
  afterwards: { 'open-flamingo': SHORT_ANSWER },
  metric: {
    name: 'iVQA accuracy',
    needsScores: false,
    score: async (answered) =>
      ivqaAccuracy(answered.map(({ item, answer }) => ({ answer, answers: item.answers }))),
  },
};
