import type { Provider } from '../../artifact/provider.ts';
import type { Protocol } from '../../runtime/evaluate/benchmark/benchmark.ts';
import type { Selection } from '../../runtime/evaluate/benchmark/run/settings.ts';
import type { Normalisation } from '../../runtime/score-choices.ts';

/** The options of `flamingo evaluate`; those that are left out have the defaults of what is evaluated. */
export interface EvaluateFlags {
  readonly shots?: readonly number[];
  readonly limit?: number;
  readonly batch: number;
  readonly maxNewTokens?: number;
  readonly beams?: number;
  /** False where a dialogue is not wanted. */
  readonly dialogue: boolean;
  readonly provider: Provider;
  readonly pixels: 'shown' | 'pillow';
  readonly json?: true;
  /** Of a file of tasks. */
  readonly answers?: string;
  readonly robustness?: true;
  /** Of a benchmark. */
  readonly benchmark?: string;
  readonly data?: string;
  readonly split?: string;
  readonly protocol?: Protocol;
  readonly select?: Selection;
  readonly seeds?: number;
  readonly ensemble?: number;
  readonly support?: number | 'all';
  readonly normalise?: Normalisation;
  readonly frames?: number;
  readonly nltkData?: string;
  readonly out?: string;
  /** An analysis of a run's answers, and what it needs. */
  readonly analyse?: string;
  readonly labels?: string;
  readonly classifier?: string;
  readonly toxicLabel?: string;
  /** Folders of runs to compare. */
  readonly compare?: readonly string[];
}

/** The options that are not about tasks, as the command line has them. */
export const BENCHMARK_FLAGS = {
  data: '--data',
  split: '--split',
  protocol: '--protocol',
  select: '--select',
  ensemble: '--ensemble',
  support: '--support',
  normalise: '--normalise',
  frames: '--frames',
  nltkData: '--nltk-data',
  out: '--out',
} as const satisfies Partial<Record<keyof EvaluateFlags, string>>;

/** The options that are about an analysis alone, as the command line has them. */
export const ANALYSIS_FLAGS = {
  labels: '--labels',
  classifier: '--classifier',
  toxicLabel: '--toxic-label',
} as const satisfies Partial<Record<keyof EvaluateFlags, string>>;
