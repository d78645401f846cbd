import { relative } from 'node:path';
import { UserError } from '../../artifact/user-error.ts';

/** One mistake in an author's file. Lines and columns are 1-based. */
export interface Finding {
  readonly sentence: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** How many characters to underline; at least 1, within the line. */
  readonly length: number;
  /** The line as it stands in the file. */
  readonly source: string;
  /** Where the author's file led there, when `file` is not the author's. */
  readonly calledFrom?: string;
}

/** Mistakes in a model file. `message` is one sentence; `renderFindings` shows all of them in their source lines. */
export class SourceError extends UserError {
  constructor(readonly findings: readonly Finding[]) {
    const [first, ...rest] = findings;
    const more = rest.length === 0 ? '' : ` (and ${rest.length} more)`;
    super(
      first === undefined ? 'The model file has a mistake.' : `${place(first)}: ${first.sentence}${more}`,
    );
  }
}

/** Functions that dress parts of a rendered finding, for a terminal with colours. */
export interface FindingStyle {
  readonly heading: (text: string) => string;
  readonly frame: (text: string) => string;
  readonly mark: (text: string) => string;
}

const plain: FindingStyle = { heading: (text) => text, frame: (text) => text, mark: (text) => text };

/** Findings beyond this many are only counted: they mostly follow from the first ones. */
const MOST_SHOWN = 20;

/**
 * Shows each finding with its source line, the span underlined:
 *
 *     error: unknown axis 'e' on the right of ->; the left has: b t h d
 *      --> model.ts:12:24
 *        |
 *     12 |   const heads = rearrange(q, 'b t (h d) -> b h t e');
 *        |                              ^^^^^^^^^^^^^^^^^^^^^^
 */
export function renderFindings(findings: readonly Finding[], style: FindingStyle = plain): string {
  const shown = findings.slice(0, MOST_SHOWN).map((finding) => renderFinding(finding, style));
  if (findings.length > MOST_SHOWN) shown.push(`… and ${findings.length - MOST_SHOWN} more.`);
  return shown.join('\n\n');
}

function renderFinding(finding: Finding, { heading, frame, mark }: FindingStyle): string {
  const { sentence, line, column, length, source, calledFrom } = finding;
  const number = String(line);
  const margin = ' '.repeat(number.length);
  // Tabs stay tabs in the padding, so that the mark lands under its text however wide a tab is shown.
  const padding = source.slice(0, column - 1).replace(/[^\t]/g, ' ');
  const lines = [
    `${heading('error:')} ${sentence}`,
    `${margin}${frame('-->')} ${place(finding)}`,
    `${margin} ${frame('|')}`,
    `${frame(`${number} |`)} ${source}`,
    `${margin} ${frame('|')} ${padding}${mark('^'.repeat(Math.max(1, length)))}`,
  ];
  if (calledFrom !== undefined) lines.push(`${margin} ${frame('=')} called from ${calledFrom}`);
  return lines.join('\n');
}

function place({ file, line, column }: Finding): string {
  return `${describePath(file)}:${line}:${column}`;
}

/** Relative to the working directory where that is shorter. */
export function describePath(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith('..') && path.length > file.length ? file : path;
}
