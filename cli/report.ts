import { createRequire } from 'node:module';
import type { SingleBar } from 'cli-progress';
import colours from 'picocolors';

type Colours = ReturnType<typeof colours.createColors>;

/** A bar on stderr, for work that takes longer than a second. */
export interface Progress {
  update(done: number, total: number): void;
  stop(): void;
}

/**
 * Where a command's words go: results to stdout, everything else to stderr, so that results can be piped. Colours and
 * progress bars appear only where a person is watching.
 */
export interface Report {
  /** A line of the result. */
  result(line: string): void;
  /** A piece of the result without a line end, as it comes. */
  stream(text: string): void;
  /** A line that is not the result. */
  note(line: string): void;
  /** A table of the result: a row of headings, then rows; numbers in a column align to the right. */
  table(head: readonly string[], rows: readonly (readonly string[])[]): void;
  progress(label: string): Progress;
  /** Says what is waited for, where no part of it can be counted: for work that takes longer than a second. */
  waiting(label: string): { stop(): void };
  /** Colours for stdout and stderr; they do nothing where the stream is not a terminal. */
  readonly colour: { readonly out: Colours; readonly err: Colours };
}

const BAR_DELAY = 1000;

/** For what few commands need, and none before it has something to show. */
const require = createRequire(import.meta.url);

export function createReport(): Report {
  const colour = { out: coloursFor(process.stdout), err: coloursFor(process.stderr) };
  const result = (line: string) => void process.stdout.write(`${line}\n`);
  return {
    result,
    stream: (text) => void process.stdout.write(text),
    note: (line) => void process.stderr.write(`${line}\n`),
    table: (head, rows) => result(renderTable(head, rows, colour.out)),
    progress,
    waiting,
    colour,
  };
}

/** Colours for a terminal alone: the library by itself also colours pipes where `CI` is set. */
export function coloursFor(stream: NodeJS.WriteStream): Colours {
  return colours.createColors(stream.isTTY === true && colours.isColorSupported);
}

const NUMBER = /^[-+]?[\d.,]+(e[-+]?\d+)?( ?[a-zA-Z%]{1,3})?$/;

function renderTable(head: readonly string[], rows: readonly (readonly string[])[], colour: Colours): string {
  const isNumeric = (column: number) =>
    rows.every((row) => row[column] === '' || NUMBER.test(row[column] ?? ''));
  const Table: typeof import('cli-table3') = require('cli-table3');
  const table = new Table({
    head: head.every((title) => title === '') ? [] : head.map((title) => colour.bold(title)),
    colAligns: head.map((_title, column) => (rows.length > 0 && isNumeric(column) ? 'right' : 'left')),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2, compact: true },
    // Spaces alone between columns: tables stay readable when they are piped or pasted.
    chars: Object.fromEntries(BORDERS.map((name) => [name, ''])),
  });
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

const BORDERS = [
  ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
  ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
];

function progress(label: string): Progress {
  if (process.stderr.isTTY !== true) return { update() {}, stop() {} };
  const started = performance.now();
  let bar: SingleBar | undefined;
  return {
    update(done, total) {
      if (bar === undefined && performance.now() - started > BAR_DELAY) {
        const { Presets, SingleBar }: typeof import('cli-progress') = require('cli-progress');
        const options = {
          stream: process.stderr,
          format: `${label} {bar} {percentage}% | {eta_formatted}`,
          hideCursor: true,
        };
        bar = new SingleBar(options, Presets.shades_classic);
        bar.start(total, done);
      }
      bar?.setTotal(total);
      bar?.update(done);
    },
    stop: () => bar?.stop(),
  };
}

const CLEAR_LINE = '\r\u001b[2K';

function waiting(label: string): { stop(): void } {
  if (process.stderr.isTTY !== true) return { stop() {} };
  let shown = false;
  const timer = setTimeout(() => {
    shown = true;
    process.stderr.write(`${label} …`);
  }, BAR_DELAY);
  return {
    stop() {
      clearTimeout(timer);
      if (shown) process.stderr.write(CLEAR_LINE);
      shown = false;
    },
  };
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

/** `1.5 MB`: decimal units, three significant digits. */
export function describeBytes(bytes: number): string {
  return describeCount(bytes, UNITS);
}

/** `194 M`: thousands, millions, billions, trillions. */
export function describeCount(count: number, units: readonly string[] = ['', 'k', 'M', 'G', 'T']): string {
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 ? String(value) : value.toPrecision(3);
  return `${digits} ${units[unit] ?? ''}`.trimEnd();
}
