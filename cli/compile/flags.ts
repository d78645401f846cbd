import type { Precision } from '../../dsl/precision.ts';

/** The options of `flamingo compile`, as they were typed. */
export interface CompileFlags {
  readonly openFlamingo?: string;
  readonly vision?: string;
  readonly language?: string;
  readonly every?: number;
  readonly name?: string;
  readonly weights?: readonly string[];
  readonly out?: string;
  readonly config?: string;
  readonly target: string;
  readonly fusion: 'on' | 'off';
  readonly precision?: Precision;
  readonly staticCache?: number;
  readonly generation?: true;
  readonly calibrate?: string;
  readonly stages?: number;
  readonly seed: number;
  readonly seedMissing?: true;
  readonly copyWeights?: boolean;
  readonly tokenizer?: string;
  readonly export?: string;
  readonly explain?: string | true;
  readonly print?: true;
  readonly force?: true;
  readonly watch?: true;
  /** Set by `--watch` for the processes that it starts ahead. */
  readonly watched?: true;
  readonly json?: true;
}
