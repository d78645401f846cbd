import type { Capability } from '../../dsl/target.ts';
import type { Operator } from '../../dsl/tensor.ts';
import type { Condition, Declaration, Pattern, Template } from './syntax.ts';

/** One rule file: an idea, its explanation, and the forms in which authors write it. */
export interface Rule {
  /** The file's name without `.rule`; reports count by it. */
  readonly name: string;
  /** The comment at the top of the file. */
  readonly explanation: string;
  readonly forms: readonly Form[];
}

/** One `fuse … into …` whose names have all been checked. */
export interface Form {
  readonly rule: string;
  readonly pattern: Pattern;
  readonly template: Template;
  /** For each output of the replacement the name of what it stands for; undefined for nothing. */
  readonly results: readonly (string | undefined)[];
  readonly declarations: readonly Declaration[];
  readonly conditions: readonly Condition[];
  /** What the target must be good at for the replacement to pay. */
  readonly needs: readonly Capability[];
  /** Operators that the outermost operation of the pattern may have. */
  readonly roots: ReadonlySet<string>;
  /** Operations in the pattern: where several rules match, larger patterns go first. */
  readonly size: number;
  readonly operators: ReadonlyMap<string, Operator>;
}

/** The name of the pattern's first output. */
export const RESULT = 'result';
