import { UserError } from '../../../../artifact/user-error.ts';
import { middle } from '../../bootstrap.ts';
import type { Analysis, AnalysisTable } from '../analysis.ts';
import { type GroupScore, groupDifference, groupScore } from '../labels/group-scores.ts';
import { labelItems } from '../labels/label-items.ts';
import { readLabels } from '../labels/read-labels.ts';
import { times100 } from '../page/times-100.ts';
import { countsOf } from '../run/compare-runs.ts';

/** The same metric by groups of items, as the paper compares captions of people by annotated gender and skin tone (its section 6.2). */
export const analysis: Analysis = {
  name: 'groups',
  about: "the benchmark's score by groups of items, as by gender and skin tone (--labels FILE)",
  takes: ['labels'],
  async open({ labels: path, nltkData, signal }) {
    if (path === undefined) {
      throw new UserError(
        '--analyse groups needs --labels, a file that says which group each picture or item belongs to.',
      );
    }
    const labels = await readLabels(path, signal);
    return {
      check() {},
      async of(run, benchmark) {
        const { by, labels: found } = labelItems(run.items, labels);
        const compared: ComparedGroups[] = [];
        for (const { name, values } of labels.attributes) {
          for (const [shots, seeds] of countsOf(run)) {
            const groups: NamedScore[] = [];
            for (const group of values) {
              signal?.throwIfAborted();
              const items = run.items.filter((item) => found.get(item)?.get(name) === group);
              const at = { shots, seeds, draw: groups.length };
              const score = await groupScore(benchmark, run, items, at, { nltkData });
              if (score !== undefined) groups.push({ ...score, group });
            }
            compared.push({ attribute: name, shots, groups });
          }
        }
        const scores = compared.flatMap(scoresOf);
        const differences = compared.flatMap(differencesOf);
        const [labelled, items] = [found.size, run.items.length];
        return {
          result: { labels: path, joinedBy: by, labelled, items, scores, differences },
          tables: tablesOf(benchmark.metric.name, scores, differences),
          notes: [
            `${labelled} of ${items} items have labels, joined by their ${by === 'id' ? 'ids' : 'pictures'}.`,
            ...(labels.ignored.length === 0
              ? []
              : [
                  `Columns that group nothing, with one value or too many, are passed over: ${labels.ignored.join(', ')}.`,
                ]),
          ],
          items: [],
        };
      },
      async [Symbol.asyncDispose]() {},
    };
  },
};

type NamedScore = GroupScore & { readonly group: string };

/** The groups that an attribute makes, at a number of examples. */
interface ComparedGroups {
  readonly attribute: string;
  readonly shots: number;
  readonly groups: readonly NamedScore[];
}

function scoresOf({ attribute, shots, groups }: ComparedGroups) {
  return groups.map(({ group, items, score, drawn }) => {
    const interval = drawn.length > 1 && items > 1 ? middle(drawn) : undefined;
    return { attribute, group, shots, items, score, ...(interval && { interval }) };
  });
}

/** Of each pair of groups, where it can be told. */
function differencesOf({ attribute, shots, groups }: ComparedGroups) {
  const pairs = groups.flatMap((first, place) =>
    groups.slice(place + 1).map((second) => [first, second] as const),
  );
  return pairs.flatMap(([first, second]) => {
    const found = groupDifference(first, second);
    if (found === undefined) return [];
    const { difference, interval, p } = found;
    return [{ attribute, groups: [first.group, second.group], shots, difference, interval, p }];
  });
}

function tablesOf(
  metric: string,
  scores: ReturnType<typeof scoresOf>,
  differences: ReturnType<typeof differencesOf>,
): readonly AnalysisTable[] {
  return [
    {
      title: `${metric} by group`,
      head: ['by', 'group', 'shots', 'items', metric, '95% from', 'to'],
      rows: scores.map(({ attribute, group, shots, items, score, interval }) => [
        ...[attribute, group, String(shots), String(items), ...cells(score, interval)],
      ]),
    },
    {
      title: 'Differences',
      head: ['by', 'groups', 'shots', 'difference', '95% from', 'to', 'p'],
      rows: differences.map(({ attribute, groups, shots, difference, interval, p }) => [
        ...[attribute, groups.join(' less '), String(shots), ...cells(difference, interval), p.toFixed(3)],
      ]),
    },
  ];
}

function cells(
  score: number,
  interval: { readonly low: number; readonly high: number } | undefined,
): string[] {
  return [
    times100(score),
    ...(interval === undefined ? ['', ''] : [interval.low, interval.high].map(times100)),
  ];
}
