import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseCuda } from '../../../cli/install/choose-cuda.ts';
import { installCuda } from '../../../cli/install/install-cuda.ts';
import { type CudaVersion, packagesFor } from '../../../cli/install/packages.ts';
import { requireCudaSystem } from '../../../cli/install/require-cuda-system.ts';
import { cudaLibrary } from '../../../runtime/provider/cuda.ts';
import { flamingo } from '../run-cli.ts';
import { storedZip } from './stored-zip.ts';

const LIBRARY = 'libonnxruntime_providers_cuda.so';

/** A registry on this machine, of both kinds, with files that are told apart by what is in them. */
async function registry(
  files: Readonly<Record<string, Buffer>>,
  hashes: Readonly<Record<string, string>> = {},
) {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const json = (value: unknown) => response.end(JSON.stringify(value));
    const file = files[path.slice(1)];
    if (file !== undefined) response.end(file);
    else if (path === '/nuget')
      json({ resources: [{ '@id': `${address()}/registration`, '@type': 'RegistrationsBaseUrl/3.6.0' }] });
    else if (path === '/registration/microsoft.ml.onnxruntime.gpu.linux/1.30.0.json')
      json({ catalogEntry: `${address()}/entry`, packageContent: `${address()}/gpu.nupkg` });
    else if (path === '/entry') {
      const digest = createHash('sha512')
        .update(files['gpu.nupkg'] ?? '')
        .digest('base64');
      json({ packageHash: digest, packageHashAlgorithm: 'SHA512' });
    } else if (path.startsWith('/simple/')) {
      const project = (path.split('/')[2] ?? '').replaceAll('-', '_');
      const names = Object.keys(files).filter((name) => name.startsWith(`${project}-`));
      json({
        files: names.map((filename) => ({
          ...{ filename, url: `../../${filename}`, yanked: filename.includes('-9.9') },
          hashes: {
            sha256:
              hashes[filename] ??
              createHash('sha256')
                .update(files[filename] ?? '')
                .digest('hex'),
          },
        })),
      });
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = () => {
    const at = server.address();
    return typeof at === 'object' && at !== null ? `http://127.0.0.1:${at.port}` : '';
  };
  return { address: address(), asked, close: () => new Promise((resolve) => server.close(resolve)) };
}

const wheel = (name: string, version: string) => `${name}-${version}-py3-none-manylinux_2_27_x86_64.whl`;
const provider = (cuda: CudaVersion, folder = 'onnxruntime/capi') =>
  storedZip({
    [`${folder}/${LIBRARY}`]: `for ${cuda}`,
    [`${folder}/libonnxruntime_providers_shared.so`]: 'shared',
    [`${folder}/libonnxruntime_providers_tensorrt.so`]: 'not wanted',
  });
const nupkg = (cuda: CudaVersion) => provider(cuda, 'runtimes/linux-x64/native');

describe('flamingo install cuda', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'install-cuda-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** What a library needs is in its text here; the loader finds what lies beside it. */
  const neededBy = async (library: string) => {
    const cuda = /\d+/.exec(await readFile(library, 'utf8'))?.[0];
    return [`libcublasLt.so.${cuda}`, `libcudart.so.${cuda}`, 'libcuda.so.1', 'libcudnn.so.9'].map(
      (name) => ({
        ...{ name, path: existsSync(join(folder, name)) ? join(folder, name) : undefined },
      }),
    );
  };
  const install = (cuda: CudaVersion, address: string, more: object = {}) =>
    installCuda({
      ...{ cuda, runtimeVersion: '1.30.0', library: join(folder, LIBRARY), withLibraries: true, neededBy },
      ...{ index: `${address}/simple`, nuget: `${address}/nuget`, signal: new AbortController().signal },
      ...{ onNote: () => {}, onBytes: () => {} },
      ...more,
    });

  it('brings the library of the very version for CUDA 13, and what of CUDA is not found, and nothing twice', async () => {
    const files = {
      [wheel('onnxruntime_gpu', '1.29.0')]: storedZip({ [`onnxruntime/capi/${LIBRARY}`]: 'older 13' }),
      [wheel('onnxruntime_gpu', '1.30.0')]: provider(13),
      [wheel('nvidia_cuda_runtime', '12.9.0')]: storedZip({ 'nvidia/cu12/lib/libcudart.so.12': 'old' }),
      [wheel('nvidia_cuda_runtime', '13.0.88')]: storedZip({ 'nvidia/cu13/lib/libcudart.so.13': 'old' }),
      [wheel('nvidia_cuda_runtime', '13.5.37')]: storedZip({
        'nvidia/cu13/lib/libcudart.so.13': 'newest',
        'nvidia/cu13/include/cuda.h': 'not wanted',
      }),
      [wheel('nvidia_cublas', '13.1.0')]: storedZip({
        'nvidia/cu13/lib/libcublasLt.so.13': 'lt',
        'nvidia/cu13/lib/libcublas.so.13': 'blas',
      }),
      [wheel('nvidia_cudnn_cu13', '9.2.0')]: storedZip({ 'nvidia/cudnn/lib/libcudnn.so.9': 'dnn' }),
      [wheel('nvidia_cudnn_cu13', '9.9.0')]: storedZip({ 'nvidia/cudnn/lib/libcudnn.so.9': 'taken back' }),
      [wheel('nvidia_cuda_nvrtc', '13.5.37')]: storedZip({ 'nvidia/cu13/lib/libnvrtc.so.13': 'rtc' }),
    };
    const server = await registry(files);
    try {
      const put = await install(13, server.address);
      const expected = [
        ...['libcublas.so.13', 'libcublasLt.so.13', 'libcudart.so.13', 'libcudnn.so.9', 'libnvrtc.so.13'],
        ...[LIBRARY, 'libonnxruntime_providers_shared.so'],
      ];
      assert.deepEqual([...put].sort(), expected);
      assert.deepEqual((await readdir(folder)).sort(), expected);
      const read = (name: string) => readFile(join(folder, name), 'utf8');
      assert.equal(await read(LIBRARY), 'for 13');
      assert.equal(await read('libcudart.so.13'), 'newest');
      assert.equal(await read('libcudnn.so.9'), 'dnn');
      assert.deepEqual(await install(13, server.address), [], 'a second time nothing is missing');
    } finally {
      await server.close();
    }
  });

  it("brings the library for CUDA 12 from .NET's registry, held to its checksum", async () => {
    const server = await registry({ 'gpu.nupkg': nupkg(12) });
    try {
      await install(12, server.address, { withLibraries: false });
      assert.equal(await readFile(join(folder, LIBRARY), 'utf8'), 'for 12');
    } finally {
      await server.close();
    }
  });

  it('refuses what is another than the registry says, is built for another CUDA, or is not there', async () => {
    const name = wheel('onnxruntime_gpu', '1.30.0');
    const other = await registry({ [name]: provider(13) }, { [name]: '0'.repeat(64) });
    const wrong = await registry({ 'gpu.nupkg': nupkg(13) });
    const empty = await registry({});
    try {
      await assert.rejects(
        install(13, other.address),
        /has the sha256 [0-9a-f]{64} instead of 0{64}: nothing of it was/,
      );
      assert.deepEqual(await readdir(folder), []);
      await assert.rejects(
        install(12, wrong.address),
        /library of 1\.30\.0 that was fetched for CUDA 12 is built for CUDA 13: choose --cuda 13/,
      );
      await rm(join(folder, LIBRARY));
      await assert.rejects(
        install(13, empty.address),
        /\/onnxruntime-gpu\/ has no wheel for Linux x64 of a version that fits/,
      );
      await assert.rejects(install(12, `${empty.address}/nowhere`), /answered 404/);
      await assert.rejects(
        install(13, 'http://127.0.0.1:1'),
        /cannot be reached \(.+\): run it on a machine that reaches it, or name a mirror with --index/,
      );
    } finally {
      for (const each of [other, wrong, empty]) await each.close();
    }
  });

  it('says what cannot be written', async () => {
    const name = wheel('onnxruntime_gpu', '1.30.0');
    const server = await registry({ [name]: provider(13) });
    try {
      await mkdir(join(folder, `${LIBRARY}.part`));
      await assert.rejects(
        install(13, server.address),
        /providers_cuda\.so is a folder, but a file was expected/,
      );
    } finally {
      await server.close();
    }
  });

  it('chooses the CUDA that the driver runs, and refuses what it does not', () => {
    assert.equal(chooseCuda({ driver: '580.65.06' }), 13);
    assert.equal(chooseCuda({ driver: '550.54.14' }), 12);
    assert.equal(chooseCuda({ driver: '600.1' }, 12), 12);
    assert.equal(chooseCuda({ driver: undefined }, 12), 12);
    assert.throws(
      () => chooseCuda({ driver: undefined }),
      /No NVIDIA driver is here .*--cuda 13 .*--cuda 12/,
    );
    assert.throws(
      () => chooseCuda({ driver: '470.1' }),
      /driver is 470\.1, but .* takes 525\.60\.13 or newer/,
    );
    assert.throws(
      () => chooseCuda({ driver: '550.54.14' }, 13),
      /driver is 550\.54\.14, but CUDA 13 takes 580\.65\.06 or newer: .*--cuda 12/,
    );
    assert.throws(() => requireCudaSystem('darwin', 'arm64'), /linux x64 alone and this is darwin arm64/);
  });

  it('names the packages of each CUDA', () => {
    const missing = ['libcudart.so.12', 'libcurand.so.10', 'libcudnn.so.9'].map((name) => ({
      name,
      path: undefined,
    }));
    const named = (cuda: CudaVersion) =>
      packagesFor(missing, cuda).map(({ name, major }) => `${name} ${major}`);
    assert.deepEqual(named(12), [
      ...['nvidia-cuda-runtime-cu12 12', 'nvidia-curand-cu12 10', 'nvidia-cudnn-cu12 9'],
      'nvidia-cuda-nvrtc-cu12 12',
    ]);
    assert.deepEqual(named(13), [
      ...['nvidia-cuda-runtime 13', 'nvidia-curand 10', 'nvidia-cudnn-cu13 9', 'nvidia-cuda-nvrtc 13'],
    ]);
  });

  it('asks for the version where no driver tells it, by the command line', async function () {
    if (process.platform !== 'linux' || process.arch !== 'x64' || existsSync(cudaLibrary())) this.skip();
    if (existsSync('/proc/driver/nvidia/version')) this.skip();
    const { code, stderr } = await flamingo('install', 'cuda');
    assert.equal(code, 3);
    assert.match(stderr, /No NVIDIA driver is here to say which CUDA it runs/);
    const wrong = await flamingo('install', 'rocm');
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /'rocm' is invalid/);
  });
});
