import { join } from 'node:path';
import type { Benchmark } from '../benchmark.ts';
import { find } from '../files/find.ts';
import { QUESTION } from '../forms.ts';
import { VQA_ACCURACY } from '../metrics.ts';
import { cocoName, vqaQuestions, withAnswers } from './vqa-files.ts';

/** Of the names of files, which have the split's. */
type FileOf = (split: string) => string;

/** What benchmarks have in common that ask about COCO's pictures of 2014 in VQA's form, without their names and rules. */
export function cocoVqa(questions: FileOf, annotations: FileOf): Omit<Benchmark, 'name' | 'title'> {
  return {
    splits: ['val'],
    examplesFrom: () => 'train',
    layout: (split) => [
      questions(split),
      annotations(split),
      `${split}2014/${cocoName(`${split}2014`, 42)} …`,
    ],
    async *items(context) {
      const pictures = `${context.split}2014`;
      const folder = await find(context, [pictures]);
      yield* vqaQuestions(context, [questions(context.split)], (id) => join(folder, cocoName(pictures, id)));
    },
    complete: (items, context) => withAnswers(items, context, [annotations(context.split)]),
    form: QUESTION,
    answering: { kind: 'written', maxNewTokens: 5 },
    metric: VQA_ACCURACY,
  };
}
