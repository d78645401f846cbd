import { join } from 'node:path';
import { mean } from 'simple-statistics';
import { z } from 'zod';
import { plain } from '../../../../artifact/quoted.ts';
import { UserError } from '../../../../artifact/user-error.ts';
import type { Benchmark, Draw, PromptForm, ReadContext } from '../benchmark.ts';
import { find } from '../files/find.ts';
import { jsonRows } from '../files/rows.ts';
import type { BenchmarkItem, RawItem } from '../item.ts';
import type { Answered, BenchmarkMetric } from '../metric.ts';

/** The tasks that ask about pictures; each is a folder, and here a split. */
const TASKS = [
  ...['open_mi', 'operator_induction', 'clevr', 'textocr', 'operator_induction_interleaved', 'matching_mi'],
];
/** Examples are in a file beside that of the questions. */
const SUPPORT = ' (support)';
/** The order in which an example of operator induction has its three answers. */
const OPERATORS = ['+', '-', 'x'];

const IMAGES = z.union([z.string().min(1), z.array(z.string().min(1))]);
const TEXT = z.union([z.string(), z.number()]);
const QUERY = z.object({
  image: IMAGES,
  question: z.string(),
  answer: z.union([TEXT, z.array(TEXT).min(1)]),
  operator: z.string().optional(),
  classes: z.array(z.string()).optional(),
  support: z.record(z.string(), z.object({ images: z.array(z.string()) })).optional(),
});
/** A pair of `matching_mi`: one of which the answer is yes, one of which it is no. */
const PAIR = z.object({ same: QUERY, diff: QUERY });

/** What an item of `open_mi` has of its examples. */
const CLASSES = z.object({
  classes: z.array(z.string()).min(2),
  support: z.record(z.string(), z.array(z.string())),
});

/** As its own suite asks models of the kind (`utils/model_inference.py`), without a task description, which is its default. */
const FORM: PromptForm = { asks: ({ question }) => `${question}\nAnswer:`, gap: ' ' };

const ACCURACY: BenchmarkMetric = {
  name: 'accuracy',
  needsScores: false,
  score: async (answered) => {
    const scores = answered.map((each) => (isRight(each) ? 1 : 0));
    return { score: mean(scores), scores };
  },
};

/** VL-ICL Bench (Zong et al. 2024), its tasks whose answer is a text. */
export const benchmark: Benchmark = {
  name: 'vl-icl',
  title: 'VL-ICL Bench',
  splits: TASKS,
  examplesFrom: (split) => `${split}${SUPPORT}`,
  layout: (split) => [`${split}/query.json`, `${split}/support.json`, 'pictures by their paths in both'],
  items: vlIclItems,
  form: { paper: FORM, 'open-flamingo': FORM },
  answering: { kind: 'written', maxNewTokens: 15 },
  metric: ACCURACY,
  examplesOf,
};

async function* vlIclItems(context: ReadContext): AsyncGenerator<RawItem> {
  const isSupport = context.split.endsWith(SUPPORT);
  const task = isSupport ? context.split.slice(0, -SUPPORT.length) : context.split;
  const path = await find(context, [join(task, isSupport ? 'support.json' : 'query.json')]);
  const root = join(path, '..', '..');
  const item = (row: z.infer<typeof QUERY>, id: string): RawItem => {
    const images = typeof row.image === 'string' ? [row.image] : row.image;
    const answers = (Array.isArray(row.answer) ? row.answer : [row.answer]).map(String);
    const { operator, classes, support } = row;
    const byClass = Object.fromEntries(
      Object.entries(support ?? {}).map(([name, { images }]) => [
        name,
        images.map((each) => join(root, each)),
      ]),
    );
    return {
      ...{ id, question: row.question, answers },
      media: { images: images.map((each) => join(root, each)) },
      facts: {
        task,
        ...(operator !== undefined && { operator }),
        ...(classes !== undefined && { classes }),
        ...(support !== undefined && { support: byClass }),
      },
    };
  };
  if (isSupport && task === 'matching_mi') {
    for await (const { key, row } of jsonRows(context, path, [], PAIR)) {
      yield item(row.same, `${key} same`);
      yield item(row.diff, `${key} diff`);
    }
    return;
  }
  for await (const { key, row } of jsonRows(context, path, [], QUERY)) yield item(row, String(key));
}

/** As `select_demonstration` of its `utils/ICL_utils.py`. */
function examplesOf(
  item: BenchmarkItem,
  support: readonly BenchmarkItem[],
  count: number,
  draw: Draw,
): readonly BenchmarkItem[] {
  const { task, operator } = item.facts ?? {};
  if (task === 'open_mi') return ofClasses(item, count, draw);
  if (task === 'matching_mi') {
    const same = support.filter(({ id }) => id.endsWith(' same'));
    return drawn(same, count, draw).flatMap((each) => {
      const other = support.find(({ id }) => id === each.id.replace(/same$/, 'diff'));
      return other === undefined ? [each] : [each, other];
    });
  }
  const examples = drawn(support, count, draw);
  if (typeof operator !== 'string') return examples;
  const place = OPERATORS.indexOf(operator);
  return examples.map((example) => ({ ...example, answers: [example.answers[place] ?? ''] }));
}

/** Pictures of the item's class and of another, in turns. */
function ofClasses(item: BenchmarkItem, count: number, draw: Draw): readonly BenchmarkItem[] {
  const parsed = CLASSES.safeParse(item.facts);
  if (!parsed.success) {
    throw new UserError(
      `Item ${plain(item.id)} has no 'classes' and 'support', from which its examples are.`,
    );
  }
  const { classes, support } = parsed.data;
  const [own = ''] = item.answers;
  const [other = ''] = draw(
    classes.filter((name) => name !== own),
    1,
  );
  const order = draw([own, other], 2);
  return Array.from({ length: count }, (_, number) =>
    order.map((name): BenchmarkItem => {
      const image = support[name]?.[number];
      if (image === undefined) {
        throw new UserError(
          `${count} examples of each class are asked for, but item ${plain(item.id)} has fewer of '${plain(name)}': ask for fewer by --shots.`,
        );
      }
      const id = `${item.id} ${name} ${number}`;
      return { id, media: { images: [image] }, question: 'This is a', answers: [name] };
    }),
  ).flat();
}

function drawn(support: readonly BenchmarkItem[], count: number, draw: Draw): readonly BenchmarkItem[] {
  if (count <= support.length) return draw(support, count);
  throw new UserError(
    `${count} examples are asked for, but there are ${support.length} that can be used: ask for fewer by --shots.`,
  );
}

/** As `evals/eval.py`: the first line, or what is before the first full stop; of operators and counts the first number. */
function isRight({ item, answer }: Answered): boolean {
  const { task } = item.facts ?? {};
  const [right = ''] = item.answers;
  const text = answer.trim();
  const line = text.indexOf('\n');
  const end = line > 0 ? line : text.indexOf('.');
  const said = end > 0 ? text.slice(0, end) : text;
  if (task === 'matching_mi') return said.toLowerCase().includes('yes') === (right.toLowerCase() === 'yes');
  const isNumber = typeof task === 'string' && task.startsWith('operator_induction');
  const compared = isNumber ? (/\d+/.exec(said)?.[0] ?? '') : said;
  return compared.toLowerCase() === right.toLowerCase();
}
