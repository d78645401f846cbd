import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { parseJson } from '../../../../artifact/parse-json.ts';
import { UserError } from '../../../../artifact/user-error.ts';
import { jsonLines } from '../files/json-lines.ts';
import type { BenchmarkItem, Fact } from '../item.ts';
import { OUTCOME, type Outcome, outcomeKey } from './outcome.ts';
import { readSettings } from './read-settings.ts';
import { RUN_FILES } from './run-files.ts';
import type { ItemScore } from './score-run.ts';
import type { Settings } from './settings.ts';

const MEDIA = z.union([
  z.strictObject({ images: z.array(z.string()) }),
  z.strictObject({ video: z.string(), clip: z.exactOptional(z.tuple([z.number(), z.number()])) }),
]);
const FACTS: z.ZodType<Readonly<Record<string, Fact>>> = z.record(z.string(), z.json());
const ITEM: z.ZodType<BenchmarkItem> = z.object({
  id: z.string(),
  media: MEDIA,
  question: z.string(),
  answers: z.array(z.string()),
  choices: z.exactOptional(z.array(z.string())),
  label: z.exactOptional(z.int()),
  facts: z.exactOptional(FACTS),
});
const SCORE: z.ZodType<ItemScore> = z.object({
  shots: z.int(),
  seed: z.int(),
  id: z.string(),
  score: z.number(),
});
const RESULTS = z.object({ choices: z.array(z.string()).optional() });

/** A run as its folder has it. */
export interface LoadedRun {
  readonly folder: string;
  readonly settings: Settings;
  readonly items: readonly BenchmarkItem[];
  /** By `outcomeKey`. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** By `outcomeKey`; of items whose scores' mean the benchmark's is. */
  readonly scores: ReadonlyMap<string, number>;
}

/** Reads a run that has ended. @throws UserError where there is none, or it has not ended */
export async function loadRun(folder: string): Promise<LoadedRun> {
  const settings = await readSettings(folder);
  const shared = await sharedChoices(folder);
  const items = (await linesOf(folder, RUN_FILES.items, ITEM)).map((item) =>
    shared === undefined ? item : { ...item, choices: shared },
  );
  const outcomes = await linesOf(folder, RUN_FILES.outcomes, OUTCOME);
  const scores = await linesOf(folder, RUN_FILES.scores, SCORE);
  return {
    ...{ folder, settings, items },
    outcomes: new Map(outcomes.map((outcome) => [outcomeKey(outcome), outcome])),
    scores: new Map(scores.map((each) => [outcomeKey(each), each.score])),
  };
}

async function sharedChoices(folder: string): Promise<readonly string[] | undefined> {
  const path = join(folder, RUN_FILES.results);
  try {
    return RESULTS.parse(parseJson(await readFile(path, 'utf8'), path)).choices;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `${folder} holds a run that has not ended: run its command again, which goes on with it.`,
    );
  }
}

async function linesOf<T>(folder: string, name: string, schema: z.ZodType<T>): Promise<readonly T[]> {
  const path = join(folder, name);
  const found: T[] = [];
  for await (const { key, value } of jsonLines(path)) {
    const parsed = schema.safeParse(value);
    if (!parsed.success) {
      throw new UserError(`${path} line ${key} is not as a run writes it: run its command again.`);
    }
    found.push(parsed.data);
  }
  return found;
}
