import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { withTemporaryFolder } from './temporary-folder.ts';

const STAGES = ['process', 'check', 'trace', 'compile', 'end'] as const;
const entry = z.union([
  z.object({ stage: z.enum(STAGES), at: z.number() }),
  z.object({ peak: z.number() }),
  z.object({ read: z.number() }),
]);

/** Seconds, but for `peak`, the process's largest resident size in bytes, and `read`. */
export interface CompileRun {
  readonly total: number;
  /** Node, the loader of TypeScript and the command line. */
  readonly start: number;
  /** The type check of the model file. */
  readonly check: number;
  /** Running the model file, which traces its graphs, and reading the tokenizer. */
  readonly trace: number;
  /** Optimising, fusing, lowering, writing. */
  readonly compile: number;
  readonly peak: number;
  /** Bytes read from files, modules included; 0 where the system keeps no account. */
  readonly read: number;
}

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const execute = promisify(execFile);

/**
 * Compiles a preset by the command line in a process of its own.
 *
 * @param weights what `--weights` is given; without weights unless told
 * @param more further options of the command line
 */
export function compileOnce(
  preset: string,
  weights = 'none',
  more: readonly string[] = [],
): Promise<CompileRun> {
  return withTemporaryFolder(async (folder) => {
    const record = join(folder, 'record');
    const command = [path('../../cli/flamingo.mjs'), 'compile', path(`../../models/presets/${preset}.ts`)];
    const started = performance.now();
    await execute(
      process.execPath,
      [
        '--import',
        path('../children/record-compile.mjs'),
        ...command,
        '--weights',
        weights,
        // Weights that are made up were trained with no tokenizer: any that fits has to be named.
        ...(weights === 'none' ? [] : ['--tokenizer', path('../../models/tokenizers/byte-level.json')]),
        '--out',
        join(folder, preset),
        ...more,
      ],
      // In a cache of its own nothing is known of the file, so that it is type-checked each time.
      { env: { ...process.env, BENCH_RECORD: record, FLAMINGO_CACHE: join(folder, 'cache') } },
    );
    const total = (performance.now() - started) / 1000;
    const entries = (await readFile(record, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => entry.parse(JSON.parse(line)));
    const at = (stage: (typeof STAGES)[number]) => {
      for (const each of entries) if ('stage' in each && each.stage === stage) return each.at / 1000;
      throw new Error(`the compilation of ${preset} recorded no stage '${stage}'`);
    };
    const peak = entries.reduce((most, each) => ('peak' in each ? Math.max(most, each.peak) : most), 0);
    const read = entries.reduce((sum, each) => ('read' in each ? sum + each.read : sum), 0);
    return {
      total,
      start: at('check') - at('process'),
      check: at('trace') - at('check'),
      trace: at('compile') - at('trace'),
      compile: at('end') - at('compile'),
      peak,
      read,
    };
  });
}
