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
  question_id: z.union([z.string().min(1), z.int()]),
  image_id: z.string().min(1),
  question: z.string().min(1),
  answers: z.array(z.string()).min(2),
});

/** TextVQA's own file, and the two in which OpenFlamingo has it in VQA's form. */
const own = (split: string) => `TextVQA_0.5.1_${split}.json`;
const questions = (split: string) => `${split}_questions_vqa_format.json`;
const annotations = (split: string) => `${split}_annotations_vqa_format.json`;

/** TextVQA (Singh et al. 2019); its texts are not shown to the model but as pixels. */
export const benchmark: Benchmark = {
  name: 'text-vqa',
  title: 'TextVQA',
  splits: ['val'],
  examplesFrom: () => 'train',
  layout: (split) => [
    `${own(split)} (or ${questions(split)} and ${annotations(split)})`,
    'train_images/0054c91397f2fe05.jpg …',
  ],
  items: textVqaItems,
  complete: async (items, context) =>
    (await findIfThere(context, [own(context.split)])) === undefined
      ? withAnswers(items, context, [annotations(context.split)])
      : items,
  form: QUESTION,
  answering: { kind: 'written', maxNewTokens: 10 },
  afterwards: { 'open-flamingo': SHORT_ANSWER },
  metric: VQA_ACCURACY,
};

async function* textVqaItems(context: ReadContext): AsyncGenerator<RawItem> {
  // The pictures of training and validation lie together.
  const folder = await find(context, ['train_images']);
  const picture = (id: string | number) => join(folder, `${id}.jpg`);
  const path = await findIfThere(context, [own(context.split)]);
  if (path === undefined) {
    yield* vqaQuestions(context, [own(context.split), questions(context.split)], picture);
    return;
  }
  for await (const { row } of jsonRows(context, path, ['data'], ROW)) {
    const { question_id, image_id, question, answers } = row;
    yield {
      id: String(question_id),
      media: { images: [picture(image_id)] },
      question: question.trim(),
      answers,
    };
  }
}
