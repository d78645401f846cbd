import { join } from 'node:path';
import { z } from 'zod';
import { openWordNet, wups } from '../../metrics/index.ts';
import { SHORT_ANSWER } from '../answer-rules.ts';
import type { Benchmark, ReadContext } from '../benchmark.ts';
import { find, findIfThere } from '../files/find.ts';
import { jsonEntries } from '../files/json-entries.ts';
import { csvRows } from '../files/rows.ts';
import { QUESTION } from '../forms.ts';
import type { RawItem } from '../item.ts';
import type { BenchmarkMetric } from '../metric.ts';
import { videosIn } from '../readers/clips.ts';

const CHOICES = ['a0', 'a1', 'a2', 'a3', 'a4'];
const ROW = z.looseObject({
  video: z.string().min(1),
  question: z.string().min(1),
  answer: z.string().min(1),
  qid: z.string().min(1),
  type: z.string(),
});

/** Words are compared one by one, so that those of an answer are what WUPS takes between commas. */
const words = (answer: string) =>
  answer
    .toLowerCase()
    .split(/[\s,.]+/)
    .filter((word) => word !== '')
    .join(',');

const WUPS: BenchmarkMetric = {
  name: 'WUPS 0.0',
  needsScores: false,
  async score(answered, { nltkData }) {
    const wordNet = await openWordNet(
      nltkData === undefined ? undefined : join(nltkData, 'corpora', 'wordnet'),
    );
    // An item with a second right answer has the better score of both.
    const most = Math.max(...answered.map(({ item }) => item.answers.length));
    const scores = answered.map(() => 0);
    for (let place = 0; place < most; place += 1) {
      const items = answered.map(({ item, answer }) => ({
        answer: words(answer),
        truth: words(item.answers[place] ?? item.answers[0] ?? ''),
      }));
      const found = wups(items, wordNet, { threshold: 0 }).scores;
      for (const [index, score] of found.entries()) scores[index] = Math.max(scores[index] ?? 0, score);
    }
    return { score: scores.reduce((sum, score) => sum + score, 0) / scores.length, scores };
  },
};

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
  metric: WUPS,
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
