import { z } from 'zod';
import { SHORT_ANSWER } from '../answer-rules.ts';
import type { Benchmark, ReadContext } from '../benchmark.ts';
import { find, findIfThere } from '../files/find.ts';
import { jsonEntries } from '../files/json-entries.ts';
import { csvRows } from '../files/rows.ts';
import { QUESTION } from '../forms.ts';
import type { RawItem } from '../item.ts';
import { NEXTQA_WUPS } from '../nextqa-wups.ts';
import { videosIn } from '../readers/clips.ts';

const CHOICES = ['a0', 'a1', 'a2', 'a3', 'a4'];
const ROW = z.looseObject({
  video: z.string().min(1),
  question: z.string().min(1),
  answer: z.string().min(1),
  qid: z.string().min(1),
  type: z.string(),
});

/** NExT-QA (Xiao et al. 2021), answered in writing. */
export const benchmark: Benchmark = {
  name: 'nextqa',
  title: 'NextQA',
  splits: ['test', 'val'],
  examplesFrom: () => 'train',
  layout: (split) => [`${split}.csv`, 'map_vid_vidorID.json', 'NExTVideo/1164/3238737531.mp4 …'],
  items: nextQaItems,
  form: QUESTION,
  answering: { kind: 'written', maxNewTokens: 10 },
  afterwards: { 'open-flamingo': SHORT_ANSWER },
  metric: NEXTQA_WUPS,
};

async function* nextQaItems(context: ReadContext): AsyncGenerator<RawItem> {
  const path = await find(context, [`${context.split}.csv`]);
  const video = await videosIn(context, ['NExTVideo', 'videos', 'video']);
  const places = await textsOf(context, 'map_vid_vidorID.json', z.string());
  const further = await textsOf(
    context,
    `add_reference_answer_${context.split}.json`,
    z.record(z.string(), z.string()),
  );
  for await (const { row } of csvRows(context, path, ROW)) {
    const { question, answer, qid, type } = row;
    // The file of the multiple-choice task has the number of the right choice.
    const chosen = CHOICES[Number(answer)];
    const text = chosen === undefined ? undefined : row[chosen];
    const second = further.get(row.video)?.[qid];
    const answers = [typeof text === 'string' ? text : answer, second].filter((each) => each !== undefined);
    yield {
      id: `${row.video} ${qid}`,
      media: video(places.get(row.video) ?? row.video),
      ...{ question, answers },
      facts: { type },
    };
  }
}

/** An object of a file, where that is there. */
async function textsOf<S extends z.ZodType>(
  context: ReadContext,
  name: string,
  schema: S,
): Promise<ReadonlyMap<string, z.infer<S>>> {
  const path = await findIfThere(context, [name]);
  const found = new Map<string, z.infer<S>>();
  if (path === undefined) return found;
  for await (const { key, value } of jsonEntries(path, [], context.signal)) {
    const parsed = schema.safeParse(value);
    if (parsed.success) found.set(String(key), parsed.data);
    else context.leftOut(`entry ${key} of ${path}`, 'it is not as expected');
  }
  return found;
}
