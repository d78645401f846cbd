import { UserError } from '../../artifact/user-error.ts';
import type { Place } from './syntax.ts';

/** A mistake in a rule file: `attention.rule:3:14: …`. */
export class RuleError extends UserError {
  constructor(
    readonly file: string,
    readonly place: Place,
    readonly sentence: string,
  ) {
    super(`${file}:${place.line}:${place.column}: ${sentence}`);
  }
}
