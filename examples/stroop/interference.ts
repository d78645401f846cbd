import { mean } from 'simple-statistics';
import { bootstrapDifference, bootstrapMean, type Interval } from '../../runtime/evaluate/bootstrap.ts';
import type { TaskOutcome } from '../../runtime/evaluate/evaluate.ts';
import type { Stimulus } from './stimulus.ts';
import { CELLS, type Cell, cellName } from './tasks.ts';

/** A share and where it lies with 95% confidence. */
export interface Share extends Interval {
  readonly value: number;
}

/** What the test says with one number of examples. */
export interface StroopResult {
  readonly shots: number;
  /** How often the answer is right, by what was asked of what. */
  readonly accuracy: readonly (Share & Cell & { readonly tasks: number })[];
  /** Colours of what is no word named right, less those of incongruent words: what reading costs the naming of colours. */
  readonly interference: Share;
  /** Colours of congruent words named right, less those of what is no word: what reading gives. */
  readonly facilitation: Share;
  /** Congruent words read right, less incongruent ones: what the colour costs the reading. */
  readonly reverse: Share;
  /** How often the word is answered where the colour of an incongruent word is asked for. */
  readonly intrusions: Share;
}

/** @param shown what each task shows, by its id */
export function stroopResults(
  outcomes: readonly TaskOutcome[],
  shown: ReadonlyMap<string, Stimulus>,
): readonly StroopResult[] {
  const counts = [...new Set(outcomes.map(({ shots }) => shots))].sort((a, b) => a - b);
  return counts.map((shots) => {
    const of = (cell: Cell) =>
      outcomes.filter((outcome) => outcome.shots === shots && outcome.task.kind === cellName(cell));
    const right = (asked: Cell['asked'], congruence: Cell['congruence']) =>
      of({ asked, congruence }).map(({ accuracy }) => accuracy);
    const less = (first: readonly number[], second: readonly number[]): Share => ({
      value: mean([...first]) - mean([...second]),
      ...bootstrapDifference(first, second),
    });
    const share = (values: readonly number[]): Share => ({
      value: mean([...values]),
      ...bootstrapMean(values),
    });
    return {
      shots,
      accuracy: CELLS.map((cell) => {
        const own = of(cell).map(({ accuracy }) => accuracy);
        return { ...cell, ...share(own), tasks: own.length };
      }),
      interference: less(right('colour', 'non-word'), right('colour', 'incongruent')),
      facilitation: less(right('colour', 'congruent'), right('colour', 'non-word')),
      reverse: less(right('word', 'congruent'), right('word', 'incongruent')),
      intrusions: share(
        of({ asked: 'colour', congruence: 'incongruent' }).map(({ task, answer }) =>
          answer === shown.get(task.id)?.word ? 1 : 0,
        ),
      ),
    };
  });
}

/** The results as tables in Markdown. */
export function stroopTable(results: readonly StroopResult[]): string {
  const percent = ({ value, low, high }: Share) =>
    `${(100 * value).toFixed(1)} (${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)})`;
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const head = ['', ...results.map(({ shots }) => `${shots} ${shots === 1 ? 'example' : 'examples'}`)];
  const rows = CELLS.map((cell, place) => [
    cellName(cell),
    ...results.map(({ accuracy }) => (accuracy[place] ? percent(accuracy[place]) : '')),
  ]);
  const measures = [
    ['interference: colours of non-words less those of incongruent words', 'interference'],
    ['facilitation: colours of congruent words less those of non-words', 'facilitation'],
    ['reverse: congruent words read less incongruent ones', 'reverse'],
    ['the word answered for the colour of an incongruent word', 'intrusions'],
  ] as const;
  return [
    row(head),
    row(head.map(() => '---')),
    ...rows.map(row),
    ...measures.map(([name, key]) => row([name, ...results.map((result) => percent(result[key]))])),
  ].join('\n');
}
