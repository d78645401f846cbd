import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { makeTemporaryFolder } from '../../artifact/folder/temporary-folder.ts';
import { UserError } from '../../artifact/user-error.ts';
import { cudaVersion } from '../doctor/cuda-findings.ts';
import { DRIVER_LIBRARY, type NeededLibrary } from '../doctor/shared-libraries.ts';
import { download, type RemoteFile } from './download.ts';
import { findNugetPackage } from './nuget.ts';
import { type CudaVersion, packagesFor } from './packages.ts';
import { findWheel, PYTHON_INDEX } from './python-index.ts';
import { unpack } from './unpack.ts';

export interface InstallCudaOptions {
  readonly cuda: CudaVersion;
  /** Of onnxruntime-node: the library must be of the same. */
  readonly runtimeVersion: string;
  /** Where ONNX Runtime looks for its library for CUDA. */
  readonly library: string;
  /** Whether CUDA's and cuDNN's own libraries are brought where the loader finds none. */
  readonly withLibraries: boolean;
  /** Address of a registry of Python's; default PyPI's. */
  readonly index?: string | undefined;
  /** Address of a registry of NuGet's; default .NET's. */
  readonly nuget?: string | undefined;
  /** What a library is linked to, or opens, and what of it the loader finds; undefined where nobody can tell. */
  neededBy(library: string): Promise<readonly NeededLibrary[] | undefined>;
  onNote(note: string): void;
  onBytes(done: number, total: number): void;
  readonly signal: AbortSignal;
}

const PROVIDERS = /(^|\/)libonnxruntime_providers_(cuda|shared)\.so$/;
const LIBRARIES = /^nvidia\/.*\/lib[^/]*\.so[^/]*$/;

/**
 * Puts ONNX Runtime's library for CUDA where onnxruntime-node looks for it, and beside it what it needs of CUDA and cuDNN, from
 * their registries, each held to its checksum.
 *
 * @returns the names of what was put there
 * @throws UserError for what cannot be had or written, and for a library that is built for another CUDA
 */
export async function installCuda(options: InstallCudaOptions): Promise<readonly string[]> {
  const { cuda, library, withLibraries, index = PYTHON_INDEX, signal, neededBy, onNote } = options;
  const folder = dirname(library);
  const temporary = await makeTemporaryFolder('install');
  const put: string[] = [];
  const bring = async (file: RemoteFile, called: string, wanted: RegExp) => {
    onNote(`fetching ${called}`);
    const archive = join(temporary, 'archive.zip');
    await download(file, archive, options.onBytes, signal);
    put.push(...(await unpack(archive, folder, (name) => wanted.test(name))));
    await rm(archive);
  };
  try {
    const before = existsSync(library) ? await neededBy(library) : undefined;
    if (before !== undefined && cudaVersion(before) === cuda)
      onNote(`${basename(library)} is there, built for CUDA ${cuda}`);
    else await bring(...(await providerOf(options)), PROVIDERS);
    const needed = await neededBy(library);
    if (needed === undefined) {
      onNote(`this system has no ldd to tell what ${basename(library)} needs`);
      return put;
    }
    const built = cudaVersion(needed);
    if (built !== undefined && built !== cuda) {
      throw new UserError(
        `ONNX Runtime's library of ${options.runtimeVersion} that was fetched for CUDA ${cuda} is built for CUDA ${built}: choose --cuda ${built}, which takes a newer driver, or an onnxruntime-node whose library is built for CUDA ${cuda}.`,
      );
    }
    const missing = needed.filter(({ name, path }) => path === undefined && name !== DRIVER_LIBRARY);
    if (!withLibraries) return put;
    for (const { name, major } of packagesFor(missing, cuda)) {
      const wheel = await findWheel(index, name, (version) => version.startsWith(`${major}.`), signal);
      await bring(wheel, `${name} ${wheel.version}`, LIBRARIES);
    }
    return put;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** PyPI's is built for CUDA 13 from 1.27 on; that for CUDA 12 is where onnxruntime-node's own script looks for it. */
async function providerOf({
  cuda,
  runtimeVersion,
  index = PYTHON_INDEX,
  nuget,
  signal,
}: InstallCudaOptions): Promise<[RemoteFile, string]> {
  const called = `ONNX Runtime's library for CUDA ${cuda}, ${runtimeVersion}`;
  if (cuda === 12) return [await findNugetPackage(runtimeVersion, signal, nuget), called];
  return [await findWheel(index, 'onnxruntime-gpu', (version) => version === runtimeVersion, signal), called];
}
