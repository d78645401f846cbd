import type { Line, Outcome } from './row.ts';

const HEAD = ['row', 'what', 'here', 'PyTorch', 'aim', ''] as const;

/** The table as Markdown, which reads as text too. */
export function tableOf(
  outcomes: readonly Outcome[],
  facts: Readonly<Record<string, string>>,
  settings: string,
): string {
  const rows = outcomes.flatMap(({ row, lines, problem }) => [
    ...lines.map((line) => [row, ...cellsOf(line)]),
    ...(problem === undefined ? [] : [[row, 'failed: see below', '', '', '', 'NO']]),
  ]);
  const widths = HEAD.map((title, column) =>
    Math.max(title.length, ...rows.map((cells) => (cells[column] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [
    `# ${settings}`,
    '',
    ...Object.entries(facts).map(([name, value]) => `- ${name}: ${value}`),
    '',
    line(HEAD),
    line(widths.map((width) => '-'.repeat(width))),
    ...rows.map(line),
    '',
    ...notesOf(outcomes),
  ].join('\n');
}

function cellsOf({ what, value, unit, peer, aim }: Line): string[] {
  return [
    what,
    `${digits(value)} ${unit}`,
    peer === undefined ? '' : `${digits(peer)} ${unit}`,
    aim?.words ?? '',
    aim === undefined ? '' : aim.reached ? 'yes' : 'NO',
  ];
}

function notesOf(outcomes: readonly Outcome[]): readonly string[] {
  const notes = outcomes.flatMap(({ row, lines, problem }) => [
    ...(problem === undefined ? [] : [`- ${row} failed: ${problem}`]),
    ...lines.flatMap(({ what, note }) => (note === undefined ? [] : [`- ${row}, ${what}: ${note}`])),
  ]);
  return notes.length === 0 ? [] : [...notes, ''];
}

function digits(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size < 0.001 ? value.toExponential(1) : size >= 1000 ? value.toFixed(0) : value.toPrecision(3);
}
