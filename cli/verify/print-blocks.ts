import type { Report } from '../report.ts';
import type { VerifiedFile } from './verify-file.ts';

/** A reference file's comparison, or why there is none. */
export type BlockOutcome = { readonly file: string } & (
  | { readonly verified: VerifiedFile }
  | { readonly problem: string }
);

export function blockPassed(outcome: BlockOutcome): boolean {
  return 'verified' in outcome && outcome.verified.tensors.every((tensor) => tensor.passed);
}

/** One line for each tensor that was compared. */
export function printBlocks(outcomes: readonly BlockOutcome[], { table, colour }: Report): void {
  const { green, red } = colour.out;
  const rows = outcomes.flatMap((outcome) =>
    'problem' in outcome
      ? []
      : outcome.verified.tensors.map(({ name, largestError, tolerance, passed }) => [
          outcome.file,
          name,
          largestError.toExponential(2),
          tolerance.toExponential(2),
          passed ? green('✓') : red('✗ over'),
        ]),
  );
  if (rows.length > 0) table(['file', 'tensor', 'largest error', 'tolerance', ''], rows);
}

/** The same for programs. */
export function blockJson(outcome: BlockOutcome) {
  const { file } = outcome;
  if ('problem' in outcome) return { file, passed: false, error: outcome.problem };
  const { module, tensors } = outcome.verified;
  return { file, passed: blockPassed(outcome), module, tensors };
}
