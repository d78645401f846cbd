import { join } from 'node:path';
import { STEMMED_ANSWER } from '../answer-rules.ts';
import type { Benchmark } from '../benchmark.ts';
import { find } from '../files/find.ts';
import { QUESTION } from '../forms.ts';
import { VQA_ACCURACY } from '../metrics.ts';
import { cocoName, vqaQuestions, withAnswers } from '../readers/vqa-files.ts';

const questions = (split: string) => `OpenEnded_mscoco_${split}2014_questions.json`;
const annotations = (split: string) => `mscoco_${split}2014_annotations.json`;

/** OK-VQA 1.1 (Marino et al. 2019). */
export const benchmark: Benchmark = {
  name: 'ok-vqa',
  title: 'OK-VQA',
  splits: ['val'],
  examplesFrom: () => 'train',
  layout: (split) => [questions(split), annotations(split), `${split}2014/${cocoName(`${split}2014`, 42)} …`],
  async *items(context) {
    const pictures = `${context.split}2014`;
    const folder = await find(context, [pictures]);
    yield* vqaQuestions(context, [questions(context.split)], (id) => join(folder, cocoName(pictures, id)));
  },
  complete: (items, context) => withAnswers(items, context, [annotations(context.split)]),
  form: QUESTION,
  answering: { kind: 'written', maxNewTokens: 5 },
  afterwards: { 'open-flamingo': STEMMED_ANSWER },
  metric: VQA_ACCURACY,
};
