import { z } from 'zod';
import type { Benchmark } from '../benchmark.ts';
import { find } from '../files/find.ts';
import { jsonRows } from '../files/rows.ts';
import { CHOICE_QUESTION } from '../forms.ts';
import { TOP_ONE } from '../metrics.ts';
import { clipsIn } from '../readers/clips.ts';

const ROW = z.object({
  question_id: z.string().min(1),
  question: z.string().min(1),
  video_id: z.string().min(1),
  start: z.number(),
  end: z.number(),
  answer: z.string().min(1),
  choices: z.array(z.object({ choice_id: z.int(), choice: z.string().min(1) })).min(2),
});

/** STAR (Wu et al. 2021). The answers of its test split are not public. */
export const benchmark: Benchmark = {
  name: 'star',
  title: 'STAR',
  splits: ['val'],
  examplesFrom: () => 'train',
  layout: (split) => [`STAR_${split}.json`, 'Charades_v1_480/001YG.mp4 …'],
  async *items(context) {
    const path = await find(context, [`STAR_${context.split}.json`]);
    const clip = await clipsIn(context, ['Charades_v1_480', 'Charades_v1', 'videos', 'video']);
    for await (const { row } of jsonRows(context, path, [], ROW)) {
      const { question_id, question, video_id, start, end, answer } = row;
      const choices = row.choices.map(({ choice }) => choice);
      const label = choices.indexOf(answer);
      if (label < 0) {
        context.leftOut(`question ${question_id}`, 'its answer is none of its choices');
        continue;
      }
      const media = clip(video_id, start, end);
      yield { id: question_id, media, question, answers: [answer], choices, label };
    }
  },
  form: CHOICE_QUESTION,
  answering: { kind: 'chosen' },
  metric: TOP_ONE,
};
