#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';
import module from 'node:module';
import { dirname } from 'node:path';

// In a clone the sources run as they are, through a loader; the published package holds compiled JavaScript.
const source = new URL('./main.ts', import.meta.url);
const compiled = new URL('../dist/cli/main.js', import.meta.url);
let entry = compiled;
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
  entry = source;
} else {
  module.enableCompileCache?.();
  // Threads keep one of their own, where this variable says.
  const cache = module.getCompileCacheDir?.();
  if (cache !== undefined) process.env.NODE_COMPILE_CACHE ??= dirname(cache);
}
const { main } = await import(entry.href);
const code = await main(process.argv.slice(2));
// A pipe takes its time; ONNX Runtime's threads would keep the process alive after it. Where the result could not be
// written, the stream says so at the next turn, which ends the process.
process.stdout.write('', (error) => (error ? setImmediate(() => process.exit(code)) : process.exit(code)));
