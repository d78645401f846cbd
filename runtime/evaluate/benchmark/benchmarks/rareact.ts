import { z } from 'zod';
import { meanWeightedAveragePrecision, type RareActClip } from '../../metrics/index.ts';
import type { Benchmark, PromptForm, ReadContext } from '../benchmark.ts';
import { find } from '../files/find.ts';
import { csvRows } from '../files/rows.ts';
import type { RawItem } from '../item.ts';
import type { BenchmarkMetric } from '../metric.ts';
import { clipsIn } from '../readers/clips.ts';

const FILE = 'rareact.csv';
const NUMBER = z.coerce.number();
const ROW = z.object({
  id: z.string().min(1),
  video_id: z.string().min(1),
  start: NUMBER,
  end: NUMBER,
  class_id: z.coerce.number().int().min(0),
  verb: z.string().min(1),
  noun: z.string().min(1),
  annotation: z.coerce.number().int().min(0).max(4),
});
const FACTS = z.object({
  video: z.string(),
  verb: z.string(),
  noun: z.string(),
  classId: z.int(),
  annotation: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3), z.literal(4)]),
});

/** The paper's: verbs in the third person, an article before each noun. OpenFlamingo does not have it. */
const FORM: PromptForm = { asks: () => 'Caption:', gap: ' ' };

const MWAP: BenchmarkMetric = {
  name: 'mWAP',
  needsScores: true,
  score: async (answered) => {
    const clips = answered.map(
      ({ item, scores = [] }): RareActClip => ({ ...FACTS.parse(item.facts), scores }),
    );
    return { score: meanWeightedAveragePrecision(clips).score };
  },
};

/** RareAct (Miech et al. 2020), which has no examples. */
export const benchmark: Benchmark = {
  name: 'rareact',
  title: 'RareAct',
  splits: ['test'],
  layout: () => [FILE, 'videos/7frRY7aGwMU.mp4 …'],
  items: rareActItems,
  form: { paper: FORM, 'open-flamingo': FORM },
  answering: { kind: 'chosen' },
  metric: MWAP,
};

async function* rareActItems(context: ReadContext): AsyncGenerator<RawItem> {
  const path = await find(context, [FILE]);
  const clip = await clipsIn(context, ['videos', 'video', 'rareact']);
  const actions = new Map<number, string>();
  for await (const { row } of csvRows({ ...context, leftOut() {} }, path, ROW)) {
    actions.set(row.class_id, sentenceOf(row.verb, row.noun));
  }
  const most = Math.max(...actions.keys());
  const choices = Array.from({ length: most + 1 }, (_, id) => actions.get(id) ?? `class ${id}`);
  for await (const { row } of csvRows(context, path, ROW)) {
    const { id, video_id, start, end, class_id, verb, noun, annotation } = row;
    yield {
      id,
      media: clip(video_id, start, end),
      question: '',
      answers: [choices[class_id] ?? ''],
      choices,
      label: class_id,
      facts: { video: video_id, verb, noun, classId: class_id, annotation },
    };
  }
}

/** `cut`, `laptop`: `a person cuts a laptop`. */
export function sentenceOf(verb: string, noun: string): string {
  const [first = '', ...rest] = verb.split(' ');
  const article = /^[aeiou]/i.test(noun) ? 'an' : 'a';
  return ['a person', thirdPerson(first), ...rest, article, noun].join(' ');
}

function thirdPerson(verb: string): string {
  if (/[^aeiou]y$/.test(verb)) return `${verb.slice(0, -1)}ies`;
  return /(s|x|z|ch|sh|o)$/.test(verb) ? `${verb}es` : `${verb}s`;
}
