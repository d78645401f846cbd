import type { ShotFlags } from './shot-flags.ts';
import type { ModelFlags } from './with-model.ts';

/** The options of `flamingo run`, as they were given. */
export interface RunFlags extends ShotFlags, ModelFlags {
  readonly task?: string;
  readonly image?: readonly string[];
  readonly text: string;
  readonly choices?: readonly string[];
  /** False where a dialogue is not wanted. */
  readonly dialogue: boolean;
  readonly maxNewTokens?: number;
  readonly stop?: readonly string[];
  readonly beams?: number;
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly seed?: number;
  readonly json?: true;
}
