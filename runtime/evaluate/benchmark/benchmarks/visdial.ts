import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ndcg } from '../../metrics/index.ts';
import type { Benchmark, PromptForm, ReadContext } from '../benchmark.ts';
import { find } from '../files/find.ts';
import { jsonRows } from '../files/rows.ts';
import { CHOICE_QUESTION } from '../forms.ts';
import type { BenchmarkItem, RawItem } from '../item.ts';
import type { BenchmarkMetric } from '../metric.ts';
import { cocoName } from '../readers/vqa-files.ts';

const INDEX = z.int().min(0);
const DIALOG = z.object({
  image_id: INDEX,
  caption: z.string(),
  dialog: z
    .array(z.object({ question: INDEX, answer: INDEX.optional(), answer_options: z.array(INDEX).optional() }))
    .min(1),
});
const RELEVANCE = z.object({
  image_id: INDEX,
  round_id: z.int().min(1),
  gt_relevance: z.array(z.number().min(0)).min(2),
});

/** What the last round of a dialogue refers to, before and after the pools of questions and answers are looked up. */
const ROUNDS = z.object({
  caption: z.string(),
  /** Questions and answers by their numbers in the file. */
  rounds: z.array(z.tuple([INDEX, INDEX])),
  asked: INDEX,
  answer: INDEX.nullable(),
  options: z.array(INDEX),
  relevance: z.array(z.number()),
});

/** The history as the paper has it: the caption, then each question and answer as the form words them. */
function withHistory({ asks, gap }: PromptForm): PromptForm {
  return {
    gap,
    asks(item) {
      const { caption = '', history = [] } = item.facts ?? {};
      const before = Array.isArray(history) ? history : [];
      const rounds = before.flatMap((round) => {
        const [question, answer] = Array.isArray(round) ? round : [];
        return `${asks({ ...item, question: String(question) })}${gap}${String(answer)}`;
      });
      return [String(caption), ...rounds, asks(item)].filter((text) => text !== '').join(' ');
    },
  };
}

const NDCG: BenchmarkMetric = {
  name: 'NDCG',
  needsScores: true,
  score: async (answered) =>
    ndcg(answered.map(({ item, scores = [] }) => ({ scores, relevance: relevanceOf(item) }))),
};

function relevanceOf({ facts }: BenchmarkItem): readonly number[] {
  return z.array(z.number()).parse(facts?.relevance);
}

/** VisDial 1.0 (Das et al. 2017): the rounds of its validation split of which people rated all options. */
export const benchmark: Benchmark = {
  name: 'visdial',
  title: 'VisDial',
  splits: ['val'],
  examplesFrom: () => 'train',
  layout: (split) =>
    split === 'train'
      ? ['visdial_1.0_train.json', `train2014/${cocoName('train2014', 42)} …`, 'val2014/…']
      : [
          'visdial_1.0_val.json',
          'visdial_1.0_val_dense_annotations.json',
          'VisualDialog_val2018/VisualDialog_val2018_000000185565.jpg …',
        ],
  items: dialogues,
  complete: withTexts,
  form: {
    paper: withHistory(CHOICE_QUESTION.paper),
    'open-flamingo': withHistory(CHOICE_QUESTION['open-flamingo']),
  },
  answering: { kind: 'chosen' },
  metric: NDCG,
};

async function* dialogues(context: ReadContext): AsyncGenerator<RawItem> {
  const { split } = context;
  const path = await find(context, [`visdial_1.0_${split}.json`]);
  const rated = split === 'train' ? undefined : await ratings(context);
  const folders = split === 'train' ? ['train2014', 'val2014'] : ['VisualDialog_val2018'];
  const places = await Promise.all(folders.map((name) => find(context, [name])));
  const known = split === 'train' ? await pictureNames(places) : undefined;
  for await (const { row } of jsonRows(context, path, ['data', 'dialogs'], DIALOG)) {
    const { image_id, caption, dialog } = row;
    const rating = rated?.get(image_id);
    if (rated !== undefined && rating === undefined) continue;
    const last = rating === undefined ? dialog.length - 1 : rating.round_id - 1;
    const round = dialog[last];
    const before = dialog.slice(0, last);
    const isWhole = before.every(({ answer }) => answer !== undefined);
    const isAnswered = rating !== undefined || round?.answer !== undefined;
    if (round === undefined || !isWhole || !isAnswered) {
      context.leftOut(
        `the dialogue about picture ${image_id}`,
        `it has no round ${last + 1} with all before it`,
      );
      continue;
    }
    const facts: z.infer<typeof ROUNDS> = {
      caption,
      rounds: before.map(({ question, answer = 0 }) => [question, answer]),
      asked: round.question,
      answer: round.answer ?? null,
      options: rating === undefined ? [] : (round.answer_options ?? []),
      relevance: rating?.gt_relevance ?? [],
    };
    const name = `VisualDialog_val2018_${String(image_id).padStart(12, '0')}.jpg`;
    const picture = known === undefined ? join(places[0] ?? '', name) : known(image_id);
    yield { id: String(image_id), media: { images: [picture] }, question: '', answers: [], facts };
  }
}

async function ratings(context: ReadContext) {
  const path = await find(context, [`visdial_1.0_${context.split}_dense_annotations.json`]);
  const found = new Map<number, z.infer<typeof RELEVANCE>>();
  for await (const { row } of jsonRows(context, path, [], RELEVANCE)) {
    if (row.gt_relevance.some((value) => value > 0)) found.set(row.image_id, row);
    else context.leftOut(`the rating of picture ${row.image_id}`, 'no option of it is relevant at all');
  }
  return found;
}

/** Pictures of the training split are COCO's of either split. */
async function pictureNames(places: readonly string[]) {
  const [, second = ''] = places;
  const there = new Set(await readdir(second));
  return (id: number): string => {
    const name = cocoName('val2014', id);
    return there.has(name) ? join(second, name) : join(places[0] ?? '', cocoName('train2014', id));
  };
}

/** Puts in the texts of questions and answers, of which dialogues have the numbers. */
async function withTexts(items: readonly RawItem[], context: ReadContext): Promise<readonly RawItem[]> {
  const path = await find(context, [`visdial_1.0_${context.split}.json`]);
  const parsed = items.map((item) => ({ item, facts: ROUNDS.parse(item.facts) }));
  const wanted = { questions: new Set<number>(), answers: new Set<number>() };
  for (const { facts } of parsed) {
    for (const [question, answer] of facts.rounds) {
      wanted.questions.add(question);
      wanted.answers.add(answer);
    }
    wanted.questions.add(facts.asked);
    for (const index of [...facts.options, ...(facts.answer === null ? [] : [facts.answer])]) {
      wanted.answers.add(index);
    }
  }
  const texts = async (pool: 'questions' | 'answers') => {
    const found = new Map<number, string>();
    for await (const { key, row } of jsonRows(context, path, ['data', pool], z.string())) {
      if (wanted[pool].has(Number(key))) found.set(Number(key), row.trim());
    }
    return (index: number) => found.get(index);
  };
  const [question, answer] = [await texts('questions'), await texts('answers')];
  return parsed.flatMap(({ item, facts }) => {
    const { caption, rounds, asked, options, relevance } = facts;
    const history = rounds.map(([q, a]) => [question(q), answer(a)]);
    const choices = options.map(answer);
    const own = facts.answer === null ? undefined : answer(facts.answer);
    const text = question(asked);
    const isWhole = history.flat().every((each) => each !== undefined) && text !== undefined;
    const isRated = relevance.length === choices.length;
    if (!isWhole || !isRated || choices.includes(undefined)) {
      context.leftOut(
        `the dialogue about picture ${item.id}`,
        isRated
          ? `it refers to a question or answer that ${path} does not have`
          : `it has ${choices.length} options and ${relevance.length} ratings of them`,
      );
      return [];
    }
    const named = choices.filter((each) => each !== undefined);
    return {
      ...item,
      question: text,
      answers: own === undefined ? [] : [own],
      ...(named.length > 0 && { choices: named }),
      facts: { caption, history: history.map((round) => round.map((each) => each ?? '')), relevance },
    };
  });
}
