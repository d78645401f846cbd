import { UserError } from '../../../../artifact/user-error.ts';
import type { Benchmark } from '../benchmark.ts';
import type { BenchmarkItem } from '../item.ts';
import { drawFor } from '../random.ts';
import type { Asked, Question } from './prompts.ts';

/** The items of a split most like an item, the most similar last. */
export type NearestItems = (item: BenchmarkItem, count: number) => Promise<readonly BenchmarkItem[]>;

export interface ExampleChoice {
  /** What examples are taken from. */
  readonly support: readonly BenchmarkItem[];
  /** Text-only examples of a question that has no other. */
  readonly zeroShot: number;
  /** Chooses by similarity, instead of drawing. */
  readonly nearest?: NearestItems | undefined;
}

/** A question with the examples that it is asked with. */
export async function chooseExamples(
  benchmark: Benchmark,
  asked: Asked,
  { support, zeroShot, nearest }: ExampleChoice,
): Promise<Question> {
  const { shots, seed, item } = asked;
  const draw = drawFor(seed, item.id);
  const textOnly = shots === 0;
  const count = textOnly ? zeroShot : shots;
  const question = { ...asked, textOnly };
  if (count === 0) return { ...question, examples: [] };
  if (benchmark.examplesOf !== undefined) {
    const examples = benchmark.examplesOf(item, support, count, draw);
    return { ...question, examples: textOnly ? examples.slice(0, count) : examples };
  }
  if (nearest !== undefined && !textOnly) return { ...question, examples: await nearest(item, count) };
  // One more, as one with the item's own picture is no example.
  const drawn = draw(support, count + 1).filter((each) => !showSame(each, item));
  const examples =
    drawn.length < count
      ? draw(
          support.filter((each) => !showSame(each, item)),
          count,
        )
      : drawn;
  return { ...question, examples: examples.slice(0, count) };
}

/** Whether two items show the same pictures, so that one would give the other's answer away. */
export function showSame(a: BenchmarkItem, b: BenchmarkItem): boolean {
  return JSON.stringify(a.media) === JSON.stringify(b.media);
}

/** @throws UserError for more examples than there are to take them from */
export function checkShots(
  benchmark: Benchmark,
  split: string,
  shots: readonly number[],
  support: readonly BenchmarkItem[],
): void {
  const most = Math.max(0, ...shots);
  const { title } = benchmark;
  if (benchmark.examplesFrom === undefined) {
    if (most === 0) return;
    throw new UserError(`${title} has no split to take examples from, so it is asked with --shots 0 alone.`);
  }
  if (most <= support.length || benchmark.examplesOf !== undefined) return;
  throw new UserError(
    `${most} examples are asked for, but ${title}'s split '${benchmark.examplesFrom(split)}' has ${support.length} that can be used: ask for fewer by --shots.`,
  );
}
