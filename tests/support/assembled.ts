import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FLAGS = ['--optimizeLevel', '3', '--runtime', 'stub', '--noAssert', '--enable', 'simd'];

/** A WebAssembly module that is kept as text in a file of TypeScript; paths from the project's folder on. */
export interface AssembledModule {
  /** In AssemblyScript. */
  readonly source: string;
  readonly file: string;
  /** Of the constant that the file exports. */
  readonly name: string;
  /** Which test writes it. */
  readonly test: string;
}

/** Fails unless the file holds what AssemblyScript makes of the source; with UPDATE_SNAPSHOTS=1 it is written first. */
export async function assertAssembled(module: AssembledModule): Promise<void> {
  const { source, name, test } = module;
  const base64 = Buffer.from(await assembled(module)).toString('base64');
  const content = `/* Written by ${test} with UPDATE_SNAPSHOTS=1. */

/** \`${source.split('/').slice(-2).join('/')}\` as WebAssembly, in base64: a module that is text needs no file beside a bundle. */
export const ${name} =
  '${base64}';
`;
  const file = join(ROOT, module.file);
  if (process.env.UPDATE_SNAPSHOTS === '1') await writeFile(file, content);
  assert.equal(await readFile(file, 'utf8'), content);
}

async function assembled({ source }: AssembledModule): Promise<Uint8Array> {
  const files = new Map<string, Uint8Array | string>();
  const { error, stderr } = await asc.main(
    [source, '--baseDir', ROOT, '--outFile', 'module.wasm', ...FLAGS],
    { writeFile: (name, content) => void files.set(name, content) },
  );
  if (error !== null) throw new Error(stderr.toString(), { cause: error });
  const made = files.get('module.wasm');
  assert.ok(made instanceof Uint8Array);
  return made;
}
