import { compile } from '../../compiler/compile.ts';
import type { Program } from '../../dsl/program/program.ts';
import { BYTE_LEVEL } from './tokenizer.ts';

/** Compiles a program with weights from a seed and single bytes for tokens. */
export async function compileSeeded(program: Program, out: string): Promise<void> {
  await compile(program, { out, source: 'bench', tokenizer: BYTE_LEVEL });
}
