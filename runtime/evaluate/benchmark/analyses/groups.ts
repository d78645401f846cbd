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
        const scores: object[] = [];
        const differences: object[] = [];
        const [scoreRows, differenceRows]: [string[][], string[][]] = [[], []];
        for (const { name, values } of labels.attributes) {
          for (const [shots, seeds] of countsOf(run)) {
            const groups: (GroupScore & { readonly value: string })[] = [];
            for (const value of values) {
              signal?.throwIfAborted();
              const items = run.items.filter((item) => found.get(item)?.get(name) === value);
              const at = { shots, seeds, draw: groups.length };
              const score = await groupScore(benchmark, run, items, at, { nltkData });
              if (score !== undefined) groups.push({ ...score, value });
            }
            for (const { value, items, score, drawn } of groups) {
              const interval = drawn.length > 1 && items > 1 ? middle(drawn) : undefined;
              scores.push({
                attribute: name,
                group: value,
                shots,
                items,
                score,
                ...(interval && { interval }),
              });
              scoreRows.push([name, value, String(shots), String(items), ...cells(score, interval)]);
            }
            for (const [place, first] of groups.entries()) {
              for (const second of groups.slice(place + 1)) {
                const between = groupDifference(first, second);
                if (between === undefined) continue;
                const { difference, interval, p } = between;
                const pair = [first.value, second.value];
                differences.push({ attribute: name, groups: pair, shots, difference, interval, p });
                differenceRows.push([
                  ...[name, pair.join(' less '), String(shots), ...cells(difference, interval)],
                  p.toFixed(3),
                ]);
              }
            }
          }
        }
        const metric = benchmark.metric.name;
        const tables: AnalysisTable[] = [
          {
            title: `${metric} by group`,
            head: ['by', 'group', 'shots', 'items', metric, '95% from', 'to'],
            rows: scoreRows,
          },
          {
            title: 'Differences',
            head: ['by', 'groups', 'shots', 'difference', '95% from', 'to', 'p'],
            rows: differenceRows,
          },
        ];
        return {
          result: {
            labels: path,
            joinedBy: by,
            labelled: found.size,
            items: run.items.length,
            scores,
            differences,
          },
          tables,
          notes: [
            `${found.size} of ${run.items.length} items have labels, joined by their ${by === 'id' ? 'ids' : 'pictures'}.`,
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

function cells(
  score: number,
  interval: { readonly low: number; readonly high: number } | undefined,
): string[] {
  return [
    times100(score),
    ...(interval === undefined ? ['', ''] : [interval.low, interval.high].map(times100)),
  ];
}
