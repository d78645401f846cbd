/** What the process's exit code says; `flamingo --help` lists them. */
export const EXIT = {
  ok: 0,
  /** The command worked and its answer is no: a verification failed, or two models differ. */
  no: 1,
  /** Unknown command, unknown or missing option. */
  wrongUse: 2,
  /** A file is missing, damaged or does not fit; the message says which. */
  badInput: 3,
  /** A fault of this program. */
  fault: 4,
  /** Stopped by Ctrl-C: 128 and the signal's number, as shells expect. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_CODE_HELP = `Exit codes:
  ${EXIT.ok}    done
  ${EXIT.no}    done, and the answer is no: a verification failed, or two models differ
  ${EXIT.wrongUse}    wrong use: an unknown command or option
  ${EXIT.badInput}    bad input: a file is missing, damaged or does not fit
  ${EXIT.fault}    a fault of flamingo itself
  ${EXIT.interrupted}  stopped by Ctrl-C`;
