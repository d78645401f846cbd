#!/usr/bin/env node
import { existsSync } from 'node:fs';
import module from 'node:module';

// In a clone the sources run as they are, through a loader; the published package holds compiled JavaScript.
const source = new URL('./main.ts', import.meta.url);
const compiled = new URL('../dist/cli/main.js', import.meta.url);
let entry = compiled;
if (existsSync(source)) {
  const { register } = await import('tsx/esm/api');
  register();
  entry = source;
} else {
  module.enableCompileCache?.();
}
const { main } = await import(entry.href);
const code = await main(process.argv.slice(2));
// A pipe takes its time; ONNX Runtime's threads would keep the process alive after it. Where the result could not be
// written, the stream says so at the next turn, which ends the process.
process.stdout.write('', (error) => (error ? setImmediate(() => process.exit(code)) : process.exit(code)));
