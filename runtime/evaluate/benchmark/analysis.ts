import type { Benchmark } from './benchmark.ts';
import type { ItemCard } from './page/item-cards.ts';
import type { LoadedRun } from './run/load-run.ts';

/** What a user gives for an analysis. */
interface AnalysisSources {
  /** A file of labels of the items, by which they are grouped. */
  readonly labels?: string | undefined;
  /** What scores texts: a folder or a file that an engine of `runtime/evaluate/toxicity` takes. */
  readonly classifier?: string | undefined;
  readonly toxicLabel?: string | undefined;
  readonly nltkData?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A table of an analysis; all cells are texts. */
export interface AnalysisTable {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What an analysis found. */
export interface AnalysisReport {
  /** As JSON keeps it. */
  readonly result: object;
  readonly tables: readonly AnalysisTable[];
  /** Sentences about what was left out. */
  readonly notes: readonly string[];
  /** Items to show on its page, under headings. */
  readonly items: readonly { readonly title: string; readonly cards: readonly ItemCard[] }[];
}

/** An analysis with what it needs. */
export interface OpenAnalysis extends AsyncDisposable {
  /** Whether it can say something of a benchmark's answers. @throws UserError that says why not */
  check(benchmark: Benchmark): void;
  /** @throws UserError where the run and what was given do not go together */
  of(run: LoadedRun, benchmark: Benchmark): Promise<AnalysisReport>;
}

/**
 * An analysis of a run's answers. Each lives in a file of its own in `analyses/`, as the export `analysis`; `npm run
 * registries` lists them.
 */
export interface Analysis {
  /** As `--analyse` names it. */
  readonly name: string;
  /** In a few words, for the help. */
  readonly about: string;
  /** Which of the sources it takes. */
  readonly takes: readonly (keyof AnalysisSources)[];
  /** Reads what it needs, before anything is asked. @throws UserError for what is missing or cannot be used */
  open(sources: AnalysisSources): Promise<OpenAnalysis>;
}
