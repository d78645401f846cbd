import { fileURLToPath } from 'node:url';
import { compile } from '../../compiler/compile.ts';
import type { Program } from '../../dsl/program.ts';

/** Compiles a program with weights from a seed and single bytes for tokens. */
export async function compileSeeded(program: Program, out: string): Promise<void> {
  const tokenizer = fileURLToPath(new URL('../../models/tokenizers/byte-level.json', import.meta.url));
  await compile(program, { out, source: 'bench', tokenizer });
}
