import type { Program } from './program.ts';

/** Whether what an author's file or untyped code gave says that it is a program, also of another copy of this package. */
export function isProgram(value: unknown): value is Program {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'program';
}
