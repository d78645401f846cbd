import type { Report } from '../report.ts';
import type { VerifiedFolder } from './golden/verify-folder.ts';

/** A golden reference's comparison, or why there is none. */
export type CaseOutcome = { readonly folder: string } & (
  | { readonly verified: VerifiedFolder }
  | { readonly problem: string }
);

export function casePassed(outcome: CaseOutcome): boolean {
  return 'verified' in outcome && outcome.verified.problems.length === 0;
}

/** One line for each golden reference, then a sentence for each thing that is not as in it. */
export function printCases(outcomes: readonly CaseOutcome[], { result, table, colour }: Report): void {
  const rows = outcomes.flatMap((outcome) => {
    if (!('verified' in outcome)) return [];
    const { name, comparison, refused, ran } = outcome.verified;
    const mark = casePassed(outcome) ? colour.out.green('✓') : colour.out.red('✗');
    const error = (value: number | undefined) => value?.toExponential(1) ?? '';
    const share = (difference: { error: number; largestExpected: number } | undefined) =>
      difference === undefined ? '' : error(difference.error / difference.largestExpected);
    return [
      [
        name,
        refused === undefined ? error(comparison?.largestError) : 'refused',
        share(comparison?.prefill),
        share(comparison?.batch),
        share(comparison?.steps),
        comparison === undefined ? '' : `${comparison.greedyTokens}`,
        comparison === undefined ? '' : `${comparison.beams}`,
        ran ? 'yes' : '',
        mark,
      ],
    ];
  });
  const head = ['case', 'largest error', 'prefill', 'batch', 'steps', 'greedy', 'beams', 'run', ''];
  if (rows.length > 0) table(head, rows);
  for (const outcome of outcomes) {
    if (!('verified' in outcome)) continue;
    for (const problem of outcome.verified.problems)
      result(`${colour.out.red('✗')} ${outcome.verified.name}: ${inOneLine(problem)}.`);
  }
}

/** Longer than any sentence; what lists hundreds of names is whole in the JSON. */
const LONGEST_LINE = 500;

function inOneLine(problem: string): string {
  const line = problem.replace(/\s*\n\s*/g, ' ').replace(/\.$/, '');
  return line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)} …` : line;
}

/** The same for programs. */
export function caseJson(outcome: CaseOutcome) {
  if (!('verified' in outcome)) return { folder: outcome.folder, passed: false, error: outcome.problem };
  const { comparison, ...rest } = outcome.verified;
  return {
    passed: casePassed(outcome),
    ...rest,
    ...(comparison && { ...comparison, problems: rest.problems }),
  };
}
