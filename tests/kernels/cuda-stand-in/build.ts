import { execFile } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cudaLibrary } from '../../../runtime/provider/cuda.ts';

const execute = promisify(execFile);
const SOURCE = fileURLToPath(new URL('cuda.c', import.meta.url));

/**
 * Builds libraries that stand in for those of CUDA, so that ONNX Runtime's own library for it can be loaded, and asked which
 * nodes it takes, on a machine without a card. Device memory is the machine's; kernels are launched and compute nothing.
 * Takes gcc and nm, and ONNX Runtime's library at its place (`flamingo doctor` says how to get it).
 *
 * @returns the environment in which it is loaded with them
 */
export async function standInForCuda(): Promise<Readonly<Record<string, string>>> {
  const folder = await mkdtemp(join(tmpdir(), 'cuda-stand-in-'));
  const written = new Set(await definedBy(folder));
  const provider = cudaLibrary();
  const { stdout: wanted } = await execute('nm', ['-D', '--undefined-only', provider], { maxBuffer: 1e8 });
  const { stdout: linked } = await execute('readelf', ['-d', provider]);
  const names = [...linked.matchAll(/\[(lib(?:cu)\w*\.so\.\d+)\]/g)].flatMap(([, name]) => name ?? []);
  const { stdout: words } = await execute('strings', ['-n', '6', provider], { maxBuffer: 1e9 });
  const cudnn = [...new Set(words.match(/^cudnn[A-Z]\w+$/gm))];
  for (const name of [...names, 'libcudnn.so.9']) {
    const pattern = new RegExp(`U (\\w+)@${name.replaceAll('.', '\\.')}$`, 'gm');
    const versioned = [...wanted.matchAll(pattern)].flatMap(([, symbol]) => symbol ?? []);
    const isDriver = name.startsWith('libcuda.so');
    const symbols = isDriver
      ? ['cuInit', 'cuTensorMapEncodeTiled']
      : name.includes('cudnn')
        ? cudnn
        : versioned;
    const empty = symbols.filter((symbol) => !written.has(symbol));
    const source = join(folder, `${name}.c`);
    const map = join(folder, `${name}.map`);
    const functions = empty.map((symbol) =>
      symbol.includes('Create')
        ? `int ${symbol}(void **made) { static int handle; *made = &handle; return 0; }`
        : `int ${symbol}(void) { return 0; }`,
    );
    await writeFile(source, [...functions, `int ${name.replaceAll('.', '_')};`, ''].join('\n'));
    await writeFile(map, `${name} { global: *; };\n`);
    const version = versioned.length === 0 ? [] : [`-Wl,--version-script=${map}`];
    await execute('gcc', [
      ...['-w', '-shared', '-fPIC', source, ...(isDriver ? [] : [SOURCE])],
      ...['-o', join(folder, name), `-Wl,-soname,${name}`, ...version],
    ]);
  }
  return { LD_LIBRARY_PATH: folder };
}

/** The functions that the source writes itself. */
async function definedBy(folder: string): Promise<readonly string[]> {
  const object = join(folder, 'cuda.o');
  await execute('gcc', ['-w', '-c', '-fPIC', SOURCE, '-o', object]);
  const { stdout } = await execute('nm', ['--defined-only', object]);
  return [...stdout.matchAll(/ T (\w+)$/gm)].flatMap(([, symbol]) => symbol ?? []);
}
