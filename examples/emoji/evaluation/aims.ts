import type { EvaluationResult } from '../../../runtime/evaluate/summary.ts';

/** What the model is to reach on the artist kept for testing. */
interface Aim {
  readonly what: string;
  readonly aim: string;
  /** What was measured, and whether it reaches the aim; undefined where the results do not tell. */
  measure(
    results: readonly EvaluationResult[],
  ): { readonly text: string; readonly reached: boolean } | undefined;
}

const percent = (value: number) => `${(100 * value).toFixed(1)}%`;

/** The accuracy of one kind with so many examples must reach a bound. */
function accuracy(what: string, kind: string, shots: number, least: number): Aim {
  return {
    what,
    aim: `${100 * least}%`,
    measure(results) {
      const found = results.find((result) => result.kind === kind && result.shots === shots);
      if (found === undefined) return undefined;
      const { accuracy, low, high, tasks } = found;
      return {
        text: `${percent(accuracy)} (${percent(low)} to ${percent(high)}, ${tasks} tasks)`,
        reached: accuracy >= least,
      };
    },
  };
}

/** The accuracy of one kind must rise by so many points from one number of examples to another. */
function rise(what: string, kind: string, from: number, to: number, points: number): Aim {
  return {
    what,
    aim: `${points} points`,
    measure(results) {
      const [few, many] = [from, to].map((shots) =>
        results.find((result) => result.kind === kind && result.shots === shots),
      );
      if (few === undefined || many === undefined) return undefined;
      const risen = 100 * (many.accuracy - few.accuracy);
      return {
        text: `${risen.toFixed(1)} points, from ${percent(few.accuracy)} to ${percent(many.accuracy)} (${many.tasks} tasks)`,
        reached: risen >= points,
      };
    },
  };
}

const AIMS: readonly Aim[] = [
  ...[1, 4, 8].map((shots) => accuracy(`name, written, ${shots} shots`, 'name', shots, 0.35)),
  accuracy('group, close-ended among 8, 4 shots', 'group', 4, 0.75),
  accuracy('which question: right kind of answer, 2 shots', 'which question: right kind of answer', 2, 0.95),
  rise('which question: right answer, from 0 to 4 shots', 'which question: right answer', 0, 4, 30),
  accuracy('fast binding, 2-way, 1 shot each (chance 50%)', 'fast binding, 2-way', 2, 0.9),
  accuracy('fast binding, 5-way, 1 shot each (chance 20%)', 'fast binding, 5-way', 5, 0.7),
  accuracy(
    'fast binding, emoji never seen, 2-way (chance 50%)',
    'fast binding, unseen emoji, 2-way',
    2,
    0.85,
  ),
];

/** The aims and what was measured as a table in Markdown. */
export function aimsTable(results: readonly EvaluationResult[]): string {
  const rows = AIMS.map((each) => {
    const measured = each.measure(results);
    const verdict = measured === undefined ? 'not measured' : measured.reached ? 'reached' : 'missed';
    return `| ${each.what} | ${each.aim} | ${measured?.text ?? ''} | ${verdict} |`;
  });
  return [
    '| on the artist never trained on | aim | measured (95% interval) | |',
    '|---|---|---|---|',
    ...rows,
  ].join('\n');
}
