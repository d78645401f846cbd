import type { BenchmarkItem, RawItem } from './item.ts';
import type { BenchmarkMetric } from './metric.ts';
import type { Resources } from './resources.ts';

/** Whose way of asking and of reading answers: the Flamingo paper's (arXiv 2204.14198), or OpenFlamingo's suite. */
export const PROTOCOLS = ['paper', 'open-flamingo'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** How an item is put to a model. */
export interface PromptForm {
  /** The text after the pictures, up to where the answer begins. */
  asks(item: BenchmarkItem): string;
  /** What stands between that and an example's answer. */
  readonly gap: '' | ' ';
  /** What stands after an example's end. Default nothing. */
  readonly separator?: string;
}

/** How answers come about. */
type Answering =
  /** Written, `maxNewTokens` at most. */
  | { readonly kind: 'written'; readonly maxNewTokens: number }
  /** One of the item's choices, by likelihood. */
  | { readonly kind: 'chosen' };

/** Where a reader reads. */
export interface ReadContext {
  /** The benchmark's title, for sentences. */
  readonly title: string;
  /** The folder that holds the data set. */
  readonly folder: string;
  readonly split: string;
  readonly signal?: AbortSignal | undefined;
  /** Tells of an item that is left out, by its name in its file, and why: half a sentence. */
  leftOut(item: string, reason: string): void;
}

/**
 * A benchmark: how its files are laid out, how it is asked, and how answers are scored. Each lives in a file of its own in
 * `benchmarks/`, as the export `benchmark`; nothing else names one. `npm run registries` lists them.
 */
export interface Benchmark {
  /** As the command line names it: `vqav2`. */
  readonly name: string;
  readonly title: string;
  /** The splits that have answers, the paper's first. */
  readonly splits: readonly string[];
  /** The split that examples are taken from; left out where there is none, so that it is asked without. */
  examplesFrom?(split: string): string;
  /** The files and folders of a split, as they lie in the data set's folder. */
  layout(split: string): readonly string[];
  /**
   * Reads a split, item by item, so that a file need not fit into memory. What cannot be used is told and left out.
   *
   * @throws UserError where the split is not there, or a file is not the benchmark's
   */
  items(context: ReadContext): AsyncIterable<RawItem>;
  /** Adds what other files say of items that were chosen, as the answers to questions. */
  complete?(items: readonly RawItem[], context: ReadContext): Promise<readonly RawItem[]>;
  readonly form: Readonly<Record<Protocol, PromptForm>>;
  readonly answering: Answering;
  /** What is made of a written answer before it is scored; by default spaces around it are left out. */
  readonly afterwards?: Readonly<Partial<Record<Protocol, AnswerRule>>>;
  readonly metric: BenchmarkMetric;
  /**
   * The examples that a question is asked with, in order, where they are not just drawn from their split. One example of a
   * benchmark may be several items.
   *
   * @throws UserError where there are not so many
   */
  examplesOf?(
    item: BenchmarkItem,
    support: readonly BenchmarkItem[],
    count: number,
    draw: Draw,
  ): readonly BenchmarkItem[];
}

/** What is made of a written answer. */
export interface AnswerRule {
  /** In a few words, for the record. */
  readonly rule: string;
  /** @param resources what the user gave besides the data */
  open(resources: Resources): Promise<(answer: string) => string>;
}

/** Draws without putting back, the same for the same question and seed: the first `count` of a random order. */
export type Draw = <Item>(items: readonly Item[], count: number) => Item[];
