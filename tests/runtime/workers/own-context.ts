import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createContext, runInContext } from 'node:vm';
import { transform } from 'esbuild';

/** Switches the telemetry off in a context with its own copy of `process`, as Jest makes one; says what the process then has. */
const path = new URL('../../../runtime/telemetry.ts', import.meta.url);
const { code } = await transform(await readFile(path, 'utf8'), { loader: 'ts', format: 'cjs' });
const load = createRequire(path);
const copy = { ...process, env: { ...process.env } };
runInContext(code, createContext({ process: copy, module: { exports: {} }, require: load }));
process.stdout.write(`${process.env.ORT_DISABLE_TELEMETRY}`);
