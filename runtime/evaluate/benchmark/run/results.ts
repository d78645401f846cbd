import { join } from 'node:path';
import { makeFolder } from '../../../../artifact/folder/make-folder.ts';
import { writeWhole } from '../../../../artifact/folder/write-whole.ts';
import { isSystemError, refusal } from '../../../../artifact/system-error.ts';
import { UserError } from '../../../../artifact/user-error.ts';
import type { Benchmark } from '../benchmark.ts';
import type { BenchmarkItem } from '../item.ts';
import type { Problem } from './load-items.ts';
import { RUN_FILES } from './run-files.ts';
import type { RunScores, ShotsScore } from './score-run.ts';
import type { Settings } from './settings.ts';

/** The version of `results.json`. */
const FORMAT = 1;

/** What a run found. */
export interface RunResults {
  readonly format: number;
  readonly title: string;
  /** What the scores are of; they are from 0 to 1, CIDEr from 0 to 10. Tables have them times 100. */
  readonly metric: string;
  readonly settings: Settings;
  /** How a question is put, and what is made of a written answer. */
  readonly asked: { readonly example: string; readonly rule: string };
  /** The split that examples are of. */
  readonly examplesFrom?: string;
  /** How many items were asked, and how many there were to take examples from. */
  readonly items: number;
  readonly support: number;
  readonly shots: readonly ShotsScore[];
  /** What was left out, and why. */
  readonly problems: readonly Problem[];
}

export interface ResultsInput {
  readonly benchmark: Benchmark;
  readonly settings: Settings;
  readonly items: readonly BenchmarkItem[];
  readonly support: readonly BenchmarkItem[];
  readonly scores: RunScores;
  readonly problems: readonly Problem[];
  readonly asked: RunResults['asked'];
}

export function resultsOf(input: ResultsInput): RunResults {
  const { benchmark, settings, items, support, scores, problems, asked } = input;
  const examplesFrom = benchmark.examplesFrom?.(settings.split);
  return {
    format: FORMAT,
    title: benchmark.title,
    metric: benchmark.metric.name,
    settings,
    asked,
    ...(examplesFrom !== undefined && { examplesFrom }),
    items: items.length,
    support: support.length,
    shots: scores.shots,
    problems,
  };
}

/** Writes what a run found beside its answers. @throws UserError where there is no room */
export async function writeResults(
  folder: string,
  results: RunResults,
  { items, scores, problems }: Pick<ResultsInput, 'items' | 'scores' | 'problems'>,
): Promise<void> {
  const shared = sharedChoices(items);
  await writeRunFile(folder, RUN_FILES.items, lines(items.map((item) => withoutChoices(item, shared))));
  await writeRunFile(folder, RUN_FILES.scores, lines(scores.items));
  await writeRunFile(folder, RUN_FILES.problems, lines(problems));
  const choices = shared === undefined ? {} : { choices: shared };
  await writeRunFile(
    folder,
    RUN_FILES.results,
    `${JSON.stringify({ ...results, ...choices }, undefined, 2)}\n`,
  );
}

/** Writes a file of a run. @throws UserError where it cannot be written; the answers are on the disk already */
export async function writeRunFile(folder: string, name: string, content: string): Promise<void> {
  const path = join(folder, name);
  try {
    await makeFolder(folder);
    await writeWhole(path, content);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UserError(
      `${refusal(path, error, 'written').replace(/\.$/, '')} (all answers are kept in ${RUN_FILES.outcomes}: the same command writes it from them).`,
    );
  }
}

/** The choices that all items have, where it is one list: a thousand classes need not stand beside each picture. */
function sharedChoices(items: readonly BenchmarkItem[]): readonly string[] | undefined {
  const [first, ...others] = items;
  return others.every(({ choices }) => choices === first?.choices) ? first?.choices : undefined;
}

function withoutChoices(item: BenchmarkItem, shared: readonly string[] | undefined): object {
  if (shared === undefined) return item;
  const { choices: _, ...rest } = item;
  return rest;
}

function lines(values: readonly object[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}
