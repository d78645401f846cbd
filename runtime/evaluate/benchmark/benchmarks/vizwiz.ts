import { join } from 'node:path';
import { z } from 'zod';
import { SHORT_ANSWER } from '../answer-rules.ts';
import type { Benchmark, ReadContext } from '../benchmark.ts';
import { find, findIfThere } from '../files/find.ts';
import { jsonRows } from '../files/rows.ts';
import { QUESTION } from '../forms.ts';
import type { RawItem } from '../item.ts';
import { VQA_ACCURACY } from '../metrics.ts';
import { vqaQuestions, withAnswers } from '../readers/vqa-files.ts';

const ROW = z.object({
  image: z.string().min(1),
  question: z.string().min(1),
  answers: z.array(z.object({ answer: z.string() })).min(2),
});

/** VizWiz's own file, and the two in which OpenFlamingo has it in VQA's form. */
const own = (split: string) => [`Annotations/${split}.json`, `${split}.json`];
const questions = (split: string) => `${split}_questions_vqa_format.json`;
const annotations = (split: string) => `${split}_annotations_vqa_format.json`;

/** VizWiz-VQA (Gurari et al. 2018). The answers of its test split are not public. */
export const benchmark: Benchmark = {
  name: 'vizwiz',
  title: 'VizWiz',
  splits: ['val'],
  examplesFrom: () => 'train',
  layout: (split) => [
    `Annotations/${split}.json (or ${questions(split)} and ${annotations(split)})`,
    `${split}/VizWiz_${split}_00000000.jpg …`,
  ],
  items: vizwizItems,
  complete: async (items, context) =>
    (await findIfThere(context, own(context.split))) === undefined
      ? withAnswers(items, context, [annotations(context.split)])
      : items,
  form: QUESTION,
  answering: { kind: 'written', maxNewTokens: 5 },
  afterwards: { 'open-flamingo': SHORT_ANSWER },
  metric: VQA_ACCURACY,
};

async function* vizwizItems(context: ReadContext): AsyncGenerator<RawItem> {
  const folder = await find(context, [context.split]);
  const path = await findIfThere(context, own(context.split));
  if (path === undefined) {
    const files = [...own(context.split), questions(context.split)];
    yield* vqaQuestions(context, files, (id) => join(folder, String(id)));
    return;
  }
  for await (const { row } of jsonRows(context, path, [], ROW)) {
    const { image, question, answers } = row;
    yield {
      id: image.replace(/\.\w+$/, ''),
      media: { images: [join(folder, image)] },
      question: question.trim(),
      answers: answers.map(({ answer }) => answer),
    };
  }
}
