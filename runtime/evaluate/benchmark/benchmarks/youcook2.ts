import { join } from 'node:path';
import { z } from 'zod';
import { CAPTION } from '../answer-rules.ts';
import type { Benchmark } from '../benchmark.ts';
import { find } from '../files/find.ts';
import { jsonRows } from '../files/rows.ts';
import { OUTPUT } from '../forms.ts';
import { CIDER } from '../metrics.ts';
import { clipsIn } from '../readers/clips.ts';

const FILE = 'youcookii_annotations_trainval.json';
const VIDEO = z.object({
  subset: z.string(),
  recipe_type: z.union([z.string(), z.int()]),
  annotations: z.array(
    z.object({
      id: z.union([z.string(), z.int()]),
      segment: z.tuple([z.number(), z.number()]),
      sentence: z.string().min(1),
    }),
  ),
});

/** YouCook2 (Zhou et al. 2018): a caption for each step of a recipe. */
export const benchmark: Benchmark = {
  name: 'youcook2',
  title: 'YouCook2',
  splits: ['validation'],
  examplesFrom: () => 'training',
  layout: (split) => [FILE, `raw_videos/${split}/101/lD4v5gfK3wQ.mp4 …`],
  async *items(context) {
    const { split } = context;
    const path = await find(context, [FILE]);
    const clip = await clipsIn(context, ['raw_videos', 'videos', 'video']);
    for await (const { key, row } of jsonRows(context, path, ['database'], VIDEO)) {
      if (row.subset !== split) continue;
      const within = [join(split, String(row.recipe_type)), split, ''];
      for (const { id, segment, sentence } of row.annotations) {
        const [start, end] = segment;
        yield {
          id: `${key} ${id}`,
          media: clip(String(key), start, end, within),
          question: '',
          answers: [sentence.trim()],
        };
      }
    }
  },
  form: OUTPUT,
  answering: { kind: 'written', maxNewTokens: 20 },
  afterwards: { 'open-flamingo': CAPTION },
  metric: CIDER,
};
