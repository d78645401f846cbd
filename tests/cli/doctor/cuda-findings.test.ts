import assert from 'node:assert/strict';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CudaFacts, cudaFindings, isOlder } from '../../../cli/doctor/cuda-findings.ts';
import { parseDriverVersion, parseNvidiaSmi } from '../../../cli/doctor/nvidia.ts';
import {
  neededLibraries,
  openedLibrary,
  parseLdd,
  pathInCache,
} from '../../../cli/doctor/shared-libraries.ts';

const FOLDER = '/app/node_modules/onnxruntime-node/bin/napi-v6/linux/x64';

/** What `ldd` says of ONNX Runtime's library for a CUDA, on a machine that has these libraries. */
const ldd = (cuda: 12 | 13, found: readonly string[]): string =>
  [
    `libcublasLt.so.${cuda}`,
    `libcublas.so.${cuda}`,
    'libcurand.so.10',
    `libcudart.so.${cuda}`,
    'libcuda.so.1',
  ]
    .concat(cuda === 12 ? ['libcudnn.so.9'] : [])
    .map((name) => `\t${name} => ${found.includes(name) ? `/usr/lib/${name} (0x00007f)` : 'not found'}`)
    .concat(['\tlinux-vdso.so.1 (0x00007ffc)', '\tlibc.so.6 => /lib/libc.so.6 (0x00007f)', ''])
    .join('\n');

const everything = (cuda: 12 | 13) => [
  ...[`libcublasLt.so.${cuda}`, `libcublas.so.${cuda}`, 'libcurand.so.10', `libcudart.so.${cuda}`],
  ...['libcuda.so.1', 'libcudnn.so.9'],
];

const facts = (changes: Partial<CudaFacts> = {}): CudaFacts => ({
  platform: 'linux',
  architecture: 'x64',
  library: `${FOLDER}/libonnxruntime_providers_cuda.so`,
  libraryExists: true,
  needed: parseLdd(ldd(13, everything(13))),
  nvidia: { driver: '580.65.06', cards: ['NVIDIA H100 80GB HBM3'] },
  addCommand: 'npx flamingo install cuda',
  ...changes,
});

const linesOf = (given: CudaFacts) =>
  cudaFindings(given).map(({ what, state, found, helps }) => [what, state, found, ...helps].join(' | '));

describe('what CUDA needs', () => {
  it('is all there, for CUDA 12 and for CUDA 13', () => {
    for (const cuda of [12, 13] as const) {
      const lines = linesOf(facts({ needed: parseLdd(ldd(cuda, everything(cuda))) }));
      assert.deepEqual(lines, [
        `ONNX Runtime's CUDA library | ok | ${FOLDER}/libonnxruntime_providers_cuda.so, built for CUDA ${cuda}`,
        'NVIDIA driver | ok | 580.65.06, NVIDIA H100 80GB HBM3',
        `CUDA ${cuda} | ok | /usr/lib/libcublasLt.so.${cuda}`,
      ]);
    }
  });

  it('names the packages of the CUDA that the library was built for, whichever is installed', () => {
    const [, , thirteen] = linesOf(facts({ needed: parseLdd(ldd(13, everything(12))) }));
    assert.match(
      thirteen ?? '',
      /^CUDA 13 \| missing \| the loader does not find libcublasLt\.so\.13, libcublas\.so\.13, libcudart\.so\.13 \| npx flamingo install cuda --cuda 13, which brings them .*\| or apt-get install -y cuda-libraries-13-0 \(/,
    );
    const [, , twelve] = linesOf(facts({ needed: parseLdd(ldd(12, everything(13))) }));
    assert.match(
      twelve ?? '',
      /libcudart\.so\.12 \| npx flamingo install cuda --cuda 12, .*\| or apt-get install -y cuda-libraries-12-9 \(/,
    );
    const without = everything(12).filter((name) => name !== 'libcudnn.so.9');
    const [, , cudnn] = linesOf(facts({ needed: parseLdd(ldd(12, without)) }));
    assert.match(cudnn ?? '', /does not find libcudnn\.so\.9 \| .*apt-get install -y libcudnn9-cuda-12 \(/);
  });

  it("finds what is opened by its name beside the library, in the loader's cache, or nowhere", async () => {
    const cache = [
      "2 libs found in cache `/etc/ld.so.cache'",
      '\tlibcudnn.so.9 (libc6,x86-64) => /usr/lib/x86_64-linux-gnu/libcudnn.so.9',
      '\tlibcudnn.so (libc6,x86-64) => /usr/lib/x86_64-linux-gnu/libcudnn.so',
    ].join('\n');
    assert.equal(pathInCache(cache, 'libcudnn.so.9'), '/usr/lib/x86_64-linux-gnu/libcudnn.so.9');
    assert.equal(pathInCache(cache, 'libcudnn.so.8'), undefined);
    const folder = dirname(fileURLToPath(import.meta.url));
    const here = basename(fileURLToPath(import.meta.url));
    assert.deepEqual(await openedLibrary(here, folder), { name: here, path: join(folder, here) });
    assert.equal((await openedLibrary('libnowhere.so.9', folder)).path, undefined);
  });

  it('asks for cuDNN of the CUDA that the library was built for, which is opened and not linked', () => {
    const needed = [...parseLdd(ldd(13, everything(13))), { name: 'libcudnn.so.9', path: undefined }];
    const [, , cudnn] = linesOf(facts({ needed }));
    assert.match(cudnn ?? '', /does not find libcudnn\.so\.9 \| .*apt-get install -y libcudnn9-cuda-13 \(/);
  });

  it('says where a driver is too old for the CUDA that the library was built for', () => {
    const old = { driver: '550.54.14', cards: [] };
    const [, thirteen] = linesOf(facts({ nvidia: old }));
    assert.match(
      thirteen ?? '',
      /^NVIDIA driver \| wrong \| 550\.54\.14; CUDA 13 needs 580\.65\.06 or newer \| install a driver from 580.* npx flamingo install cuda$/,
    );
    const [, twelve] = linesOf(facts({ nvidia: old, needed: parseLdd(ldd(12, everything(12))) }));
    assert.equal(twelve, 'NVIDIA driver | ok | 550.54.14');
  });

  it('offers what a driver can run where the library is missing', () => {
    const missing = { libraryExists: false, needed: undefined };
    const [able] = cudaFindings(facts(missing));
    assert.deepEqual(able?.helps, [
      'npx flamingo install cuda, which brings CUDA and cuDNN too where they are missing',
    ]);
    const [unknown] = cudaFindings(facts({ ...missing, nvidia: { driver: undefined, cards: [] } }));
    assert.match(
      unknown?.helps[0] ?? '',
      /^npx flamingo install cuda --cuda 13 \(for a driver from 580\.65\.06 on\) or --cuda 12 \(from 525/,
    );
  });

  it('tells a driver that is missing from one whose library a container lacks', () => {
    const [, none] = linesOf(facts({ nvidia: { driver: undefined, cards: [] } }));
    assert.match(none ?? '', /^NVIDIA driver \| missing \| none \| install NVIDIA's driver/);
    const without = everything(13).filter((name) => name !== 'libcuda.so.1');
    const [, hidden, cuda] = linesOf(facts({ needed: parseLdd(ldd(13, without)) }));
    assert.match(
      hidden ?? '',
      /wrong \| 580\.65\.06, but the loader does not find its libcuda\.so\.1 \| in a con/,
    );
    assert.match(cuda ?? '', /^CUDA 13 \| ok/);
  });

  it('says that other systems have none', () => {
    assert.deepEqual(linesOf(facts({ platform: 'darwin', architecture: 'arm64' })), [
      "CUDA | missing | ONNX Runtime has CUDA in Node for linux x64 alone, and this is darwin arm64 | use the provider 'cpu'",
    ]);
  });
});

describe('what the system says', () => {
  it('of drivers and cards', () => {
    assert.deepEqual(parseNvidiaSmi('580.65.06, NVIDIA H100 80GB HBM3\n580.65.06, NVIDIA L4\n'), {
      driver: '580.65.06',
      cards: ['NVIDIA H100 80GB HBM3', 'NVIDIA L4'],
    });
    assert.deepEqual(parseNvidiaSmi('NVIDIA-SMI has failed because it could not communicate\n'), {
      driver: undefined,
      cards: [],
    });
    const closed =
      'NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.183.01  Sun May 12 19:39:15 UTC 2024\nGCC version: 12\n';
    const open =
      'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build  (root@host)\nGCC version: 13\n';
    assert.deepEqual([closed, open, ''].map(parseDriverVersion), ['535.183.01', '580.65.06', undefined]);
  });

  it('of versions, number by number', () => {
    assert.deepEqual(
      [
        ['525.60.13', '525.60.13'],
        ['525.60.2', '525.60.13'],
        ['580.1', '580.65.06'],
        ['1000.0', '580.65.06'],
      ].map(([a = '', b = '']) => isOlder(a, b)),
      [false, true, true, false],
    );
  });

  it('of the libraries that a program is linked to', async function () {
    if (process.platform !== 'linux') this.skip();
    const needed = await neededLibraries(process.execPath);
    if (needed === undefined) this.skip();
    for (const { name, path } of needed) assert.ok(path?.startsWith('/'), name);
    assert.equal(await neededLibraries('/nowhere/lib.so'), undefined);
  });
});
