import Table from 'cli-table3';
import { coloursFor } from '../cli/report.ts';
import type { Case, Comparison, Section, Spread } from './result.ts';

const colours = coloursFor(process.stdout);

/** A section as people read it: a line a case, a column a variant or ratio, the notes below. */
export function renderSection({ title, cases, notes }: Section): string {
  const variants = namesOf(cases.map((each) => Object.keys(each.variants)));
  const ratios = namesOf(cases.map((each) => each.comparisons.map(({ name }) => name)));
  const head = ['', ...variants, ...ratios];
  const table = new Table({
    head: head.map((text) => colours.bold(text)),
    colAligns: head.map((_, column) => (column === 0 ? 'left' : 'right')),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2, compact: true },
    chars: Object.fromEntries(BORDERS.map((name) => [name, ''])),
  });
  for (const each of cases) table.push(rowOf(each, variants, ratios));
  const body = table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
  return [colours.bold(title), ...body, ...notes.map((line) => colours.dim(line))].join('\n');
}

function rowOf(
  { name, variants, comparisons }: Case,
  columns: readonly string[],
  ratios: readonly string[],
): string[] {
  const found = new Map(comparisons.map((each) => [each.name, each]));
  return [
    name,
    ...columns.map((column) => describeSpread(variants[column])),
    ...ratios.map((ratio) => describeComparison(found.get(ratio))),
  ];
}

/** `61.2 ms (60.1-63.0)`: median and quartiles. */
function describeSpread(spread: Spread | undefined): string {
  if (spread === undefined) return '';
  const { median, low, high, unit, samples } = spread;
  const value = `${digits(median)} ${unit}`;
  return samples === 1 ? value : `${value} (${digits(low)}-${digits(high)})`;
}

/** `1.31 (1.28-1.35)`: median of the ratios of pairs and an interval for it. */
function describeComparison(comparison: Comparison | undefined): string {
  if (comparison === undefined) return '';
  const { median, low, high, pairs } = comparison;
  const value = median.toFixed(2);
  return pairs === 1 ? value : `${value} (${low.toFixed(2)}-${high.toFixed(2)})`;
}

function digits(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function namesOf(lists: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(lists.flat())];
}

const BORDERS = [
  ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
  ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
];
