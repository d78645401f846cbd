import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Benchmark } from '../benchmark.ts';
import { find } from '../files/find.ts';
import { jsonLineRows } from '../files/rows.ts';
import { ROC_AUC } from '../metrics.ts';

const MEME = z.object({
  id: z.union([z.string().min(1), z.int()]),
  img: z.string().min(1),
  text: z.string(),
  label: z.union([z.literal(0), z.literal(1)]),
});
const CHOICES = ['no', 'yes'];

/** HatefulMemes (Kiela et al. 2020). */
export const benchmark: Benchmark = {
  name: 'hateful-memes',
  title: 'HatefulMemes',
  splits: ['test_seen', 'dev_seen', 'dev', 'test_unseen', 'dev_unseen'],
  examplesFrom: () => 'train',
  layout: (split) => [`${split}.jsonl`, 'img/42953.png …'],
  async *items(context) {
    const path = await find(context, [`${context.split}.jsonl`]);
    for await (const { row } of jsonLineRows(context, path, MEME)) {
      yield {
        id: String(row.id),
        media: { images: [join(dirname(path), row.img)] },
        question: row.text,
        answers: [CHOICES[row.label] ?? ''],
        choices: CHOICES,
        label: row.label,
      };
    }
  },
  form: {
    paper: {
      asks: ({ question }) => `is an image with written: "${question}" on it. Is it hateful? Answer:`,
      gap: ' ',
    },
    'open-flamingo': {
      asks: ({ question }) => `is an image with: '${question}' written on it. Is it hateful? Answer:`,
      gap: '',
    },
  },
  answering: { kind: 'chosen' },
  metric: ROC_AUC,
};
