import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FLAGS = ['--optimizeLevel', '3', '--runtime', 'stub', '--noAssert', '--enable', 'simd'];

/** What AssemblyScript makes of a source, in base64. */
export async function assembled(source: string, flags: readonly string[] = []): Promise<string> {
  const files = new Map<string, Uint8Array | string>();
  const { error, stderr } = await asc.main(
    [source, '--baseDir', ROOT, '--outFile', 'module.wasm', ...FLAGS, ...flags],
    { writeFile: (name, content) => void files.set(name, content) },
  );
  if (error !== null) throw new Error(stderr.toString(), { cause: error });
  return Buffer.from(files.get('module.wasm') ?? '').toString('base64');
}
