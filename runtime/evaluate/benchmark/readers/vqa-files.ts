import { z } from 'zod';
import type { ReadContext } from '../benchmark.ts';
import { find } from '../files/find.ts';
import { jsonRows } from '../files/rows.ts';
import type { RawItem } from '../item.ts';

const ID = z.union([z.string().min(1), z.int()]);
const QUESTION = z.object({ question: z.string().min(1), question_id: ID, image_id: ID });
const ANNOTATION = z.object({
  question_id: ID,
  answers: z.array(z.object({ answer: z.string() })).min(2),
});

/** Questions of a file as the VQA data sets have it; their answers are in another, see `withAnswers`. */
export async function* vqaQuestions(
  context: ReadContext,
  files: readonly string[],
  picture: (imageId: string | number) => Promise<string> | string,
): AsyncGenerator<RawItem> {
  const path = await find(context, files);
  for await (const { row } of jsonRows(context, path, ['questions'], QUESTION)) {
    yield {
      id: String(row.question_id),
      media: { images: [await picture(row.image_id)] },
      question: row.question.trim(),
      answers: [],
    };
  }
}

/** Adds people's answers to questions that were chosen; those that have none are told and left out. */
export async function withAnswers(
  items: readonly RawItem[],
  context: ReadContext,
  files: readonly string[],
): Promise<readonly RawItem[]> {
  const path = await find(context, files);
  const wanted = new Set(items.map(({ id }) => id));
  const answers = new Map<string, readonly string[]>();
  for await (const { row } of jsonRows(context, path, ['annotations'], ANNOTATION)) {
    const id = String(row.question_id);
    if (wanted.has(id))
      answers.set(
        id,
        row.answers.map(({ answer }) => answer),
      );
  }
  return items.flatMap((item) => {
    const own = answers.get(item.id);
    if (own !== undefined) return [{ ...item, answers: own }];
    context.leftOut(`question ${item.id}`, `${path} has no answers to it`);
    return [];
  });
}

/** The name that COCO's pictures have: `COCO_val2014_000000000042.jpg`. */
export function cocoName(split: string, imageId: string | number): string {
  return `COCO_${split}_${String(imageId).padStart(12, '0')}.jpg`;
}
