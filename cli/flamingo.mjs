#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';
import module from 'node:module';
import { dirname } from 'node:path';

/** The commands that answer, which the package has in one file: it is there sooner than all the modules. */
const IN_ONE_FILE = ['prepare', 'run'];

// In a clone the sources run as they are, through a loader; the published package holds compiled JavaScript.
const source = new URL('./command-line.ts', import.meta.url);
let load;
if (existsSync(source)) {
  // The loader and its thread parse in WebAssembly, each memory of which takes 10 GB of addresses; they would end without a word.
  const limits = '/proc/self/limits';
  const most = existsSync(limits) && /^Max address space +(\d+)/m.exec(readFileSync(limits, 'utf8'))?.[1];
  const given = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ');
  if (most && Number(most) < 40e9 && !given.includes('--disable-wasm-trap-handler')) {
    process.stderr.write(
      `A clone runs its sources through a loader in WebAssembly, which takes 40 GB of addresses (not of memory), but this process may have ${Math.floor(Number(most) / 1e9)} GB (ulimit -v); raise the limit, or begin with node --disable-wasm-trap-handler.\n`,
    );
    process.exit(1);
  }
  const { register } = await import('tsx/esm/api');
  register();
  load = () => import(source.href);
} else {
  module.enableCompileCache?.();
  // Threads keep one of their own, where this variable says.
  const cache = module.getCompileCacheDir?.();
  if (cache !== undefined) process.env.NODE_COMPILE_CACHE ??= dirname(cache);
  load = IN_ONE_FILE.includes(process.argv[2])
    ? () => module.createRequire(import.meta.url)('../dist/cli/answering.cjs')
    : () => import('../dist/cli/command-line.js');
}
const { runCommandLine } = await load();
const code = await runCommandLine(process.argv.slice(2));
// A pipe takes its time; ONNX Runtime's threads would keep the process alive after it. Where the result could not be
// written, the stream says so at the next turn, which ends the process.
process.stdout.write('', (error) => (error ? setImmediate(() => process.exit(code)) : process.exit(code)));
