import type { PromptProgram } from '../../dsl/program/program.ts';

/** What a checkpoint on the disk is compiled from. */
export interface CheckpointModel {
  readonly program: PromptProgram;
  /** Content of the `tokenizer.json`, with the special tokens. */
  readonly tokenizer: Uint8Array;
  /** In the order in which they count. */
  readonly weights: readonly string[];
  /** What was assumed or added, a sentence each. */
  readonly notes: readonly string[];
}
