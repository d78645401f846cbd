import { UserError } from '../artifact/user-error.ts';

/** Arguments or options that do not go together, found after the command line was parsed: one sentence, exit code 2. */
export class WrongUse extends UserError {}
