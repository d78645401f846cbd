import { mean, sum } from 'simple-statistics';
import { bootstrapDifference, bootstrapMean, type Interval } from '../../runtime/evaluate/bootstrap.ts';
import type { TaskOutcome } from '../../runtime/evaluate/evaluate.ts';
import type { Asked } from './asked.ts';
import type { Stimulus } from './stimulus.ts';
import { CELLS, type Cell, type Congruence, cellName } from './tasks.ts';

/** A number and where it lies with 95% confidence. */
export interface Measure extends Interval {
  readonly value: number;
}

/** What the test says with one number of examples. */
export interface StroopResult {
  readonly shots: number;
  /** How often the answer is right, by what was asked of what. */
  readonly accuracy: readonly (Measure & Cell & { readonly tasks: number })[];
  /** By `EFFECTS`, of how often the answer is right. */
  readonly effects: Readonly<Record<Effect, Measure>>;
  /** The same of the log-probability of the right answer among the choices, in nats. */
  readonly logProbability: Readonly<Record<Effect, Measure>>;
  /** How often the word is answered where the colour of an incongruent word is asked for. */
  readonly intrusions: Measure;
}

/** Of two kinds of stimuli, the one less the other, on one question. */
export const EFFECTS = {
  /** What a word that is wrong costs the naming of its colour, against the same word in its own colour. */
  stroop: { asked: 'colour', of: 'congruent', less: 'incongruent' },
  /** What it costs against what cannot be read. */
  interference: { asked: 'colour', of: 'non-word', less: 'incongruent' },
  /** What a word that is right gives. */
  facilitation: { asked: 'colour', of: 'congruent', less: 'non-word' },
  /** What a colour that is wrong costs the reading. */
  reverse: { asked: 'word', of: 'congruent', less: 'incongruent' },
} as const satisfies Readonly<
  Record<string, { readonly asked: Asked; readonly of: Congruence; readonly less: Congruence }>
>;
export type Effect = keyof typeof EFFECTS;

/**
 * What a test says, by number of examples.
 *
 * @param outcomes with the scores of their choices
 * @param shown what each task shows, by its id
 */
export function stroopResults(
  outcomes: readonly TaskOutcome[],
  shown: ReadonlyMap<string, Stimulus>,
): readonly StroopResult[] {
  const counts = [...new Set(outcomes.map(({ shots }) => shots))].sort((a, b) => a - b);
  return counts.map((shots) => {
    const own = (cell: Cell) =>
      outcomes.filter((outcome) => outcome.shots === shots && outcome.task.kind === cellName(cell));
    const measure = (values: readonly number[]): Measure => ({
      value: mean([...values]),
      ...bootstrapMean(values),
    });
    const effects = (of: (outcome: TaskOutcome) => number) =>
      mapEffects(({ asked, of: more, less }) => {
        const [first, second] = [more, less].map((congruence) => own({ asked, congruence }).map(of));
        return difference(first ?? [], second ?? []);
      });
    return {
      shots,
      accuracy: CELLS.map((cell) => ({
        ...cell,
        ...measure(own(cell).map(({ accuracy }) => accuracy)),
        tasks: own(cell).length,
      })),
      effects: effects(({ accuracy }) => accuracy),
      logProbability: effects(rightLogProbability),
      intrusions: measure(
        own({ asked: 'colour', congruence: 'incongruent' }).map(({ task, answer }) =>
          answer === shown.get(task.id)?.word ? 1 : 0,
        ),
      ),
    };
  });
}

function mapEffects(make: (effect: (typeof EFFECTS)[Effect]) => Measure): Readonly<Record<Effect, Measure>> {
  const { stroop, interference, facilitation, reverse } = EFFECTS;
  return {
    stroop: make(stroop),
    interference: make(interference),
    facilitation: make(facilitation),
    reverse: make(reverse),
  };
}

function difference(first: readonly number[], second: readonly number[]): Measure {
  return { value: mean([...first]) - mean([...second]), ...bootstrapDifference(first, second) };
}

/** Of the right answer, among the choices alone. */
function rightLogProbability({ task: { id, choices = [], answers }, scores = [] }: TaskOutcome): number {
  const score = scores[choices.findIndex((choice) => answers.includes(choice))];
  if (score === undefined) throw new RangeError(`task ${id} has no score of its right answer`);
  const highest = Math.max(...scores);
  return score - highest - Math.log(sum(scores.map((each) => Math.exp(each - highest))));
}

/** The results as tables in Markdown: percent, points, and nats. */
export function stroopTable(results: readonly StroopResult[]): string {
  const shown = ({ value, low, high }: Measure, scale: number, digits: number) => {
    const [middle, from, to] = [value, low, high].map((each) => (scale * each).toFixed(digits));
    return `${middle} (${from} to ${to})`;
  };
  const percent = (measure: Measure) => shown(measure, 100, 1);
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const head = (title: string) => [
    title,
    ...results.map(({ shots }) => (shots === 0 ? 'asked in words' : `${shots} examples`)),
  ];
  const table = (title: string, rows: readonly (readonly string[])[]) =>
    [row(head(title)), row(head(title).map(() => '---')), ...rows.map(row)].join('\n');
  const accuracies = CELLS.map((cell, place) => [
    cellName(cell),
    ...results.map(({ accuracy }) => (accuracy[place] ? percent(accuracy[place]) : '')),
  ]);
  const effects = (key: 'effects' | 'logProbability', print: (measure: Measure) => string) =>
    NAMED_EFFECTS.map(([effect, name]) => [name, ...results.map((result) => print(result[key][effect]))]);
  return [
    table('right, percent', accuracies),
    table('difference, points', [
      ...effects('effects', percent),
      [
        'the word answered for an incongruent colour',
        ...results.map(({ intrusions }) => percent(intrusions)),
      ],
    ]),
    table(
      'difference of the right answer, nats',
      effects('logProbability', (measure) => shown(measure, 1, 2)),
    ),
  ].join('\n\n');
}

const NAMED_EFFECTS: readonly (readonly [Effect, string])[] = [
  ['stroop', 'colour: congruent less incongruent'],
  ['interference', 'colour: non-word less incongruent'],
  ['facilitation', 'colour: congruent less non-word'],
  ['reverse', 'word: congruent less incongruent'],
];
