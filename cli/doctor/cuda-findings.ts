import { basename, dirname } from 'node:path';
import type { Finding } from './finding.ts';
import type { Nvidia } from './nvidia.ts';
import type { NeededLibrary } from './shared-libraries.ts';

/** What is known of a system on which the provider `cuda` is to run. */
export interface CudaFacts {
  readonly platform: string;
  readonly architecture: string;
  /** Of onnxruntime-node: `1.30.0`. */
  readonly runtimeVersion: string;
  /** Where ONNX Runtime's library of the provider must be. */
  readonly library: string;
  readonly libraryExists: boolean;
  /** What it is linked to, or opens while it runs; undefined where it is not there, or nobody can tell. */
  readonly needed: readonly NeededLibrary[] | undefined;
  readonly nvidia: Nvidia;
  /** Adds what npm's package leaves out. */
  readonly addCommand: string;
}

/**
 * The oldest driver on Linux that runs programs of a CUDA version, by NVIDIA's table of compatibility ("CUDA Toolkit and
 * Minimum Required Driver Version for CUDA Minor Version Compatibility", release notes of CUDA 13).
 */
const OLDEST_DRIVER: Readonly<Record<number, string>> = { 12: '525.60.13', 13: '580.65.06' };

const provider = 'cuda';

/** The driver's own library, which no package of CUDA has. */
const DRIVER_LIBRARY = 'libcuda.so.1';

/**
 * Not among what ONNX Runtime 1.30 is linked to: its library opens it when a convolution, a pooling, a largest or smallest of
 * rows or an attention in float32 is first run, and without it those fail.
 */
export const CUDNN = 'libcudnn.so.9';

const CONTAINER = 'in a container: start it with its cards, docker run --gpus all (nvidia-container-toolkit)';

/** A library of each CUDA version whose name tells the version. */
const TELLING = /^lib(?:cudart|cublas|cublasLt)\.so\.(\d+)$/;

/** Of NVIDIA's package repository. */
const PACKAGES: Readonly<Record<number, { readonly cuda: string; readonly cudnn: string }>> = {
  12: { cuda: 'cuda-libraries-12-9', cudnn: 'libcudnn9-cuda-12' },
  13: { cuda: 'cuda-libraries-13-0', cudnn: 'libcudnn9-cuda-13' },
};

/** Each thing that CUDA needs, whether it is there, and what helps where it is not. */
export function cudaFindings(facts: CudaFacts): readonly Finding[] {
  const { platform, architecture, nvidia, needed } = facts;
  if (platform !== 'linux' || architecture !== 'x64') {
    const found = `ONNX Runtime has CUDA in Node for linux x64 alone, and this is ${platform} ${architecture}`;
    return [{ provider, what: 'CUDA', state: 'missing', found, helps: ["use the provider 'cpu'"] }];
  }
  const version = needed && cudaVersion(needed);
  return [
    libraryFinding(facts, version),
    driverFinding(nvidia, needed, version),
    ...neededFindings(needed, version),
  ];
}

/** The version of CUDA that a library is linked to. */
export function cudaVersion(needed: readonly NeededLibrary[]): number | undefined {
  const found = needed.map(({ name }) => TELLING.exec(name)?.[1]).find((each) => each !== undefined);
  return found === undefined ? undefined : Number(found);
}

function libraryFinding(
  { library, libraryExists, runtimeVersion, addCommand, nvidia }: CudaFacts,
  version: number | undefined,
): Finding {
  const what = "ONNX Runtime's CUDA library";
  if (libraryExists) {
    const built = version === undefined ? '' : `, built for CUDA ${version}`;
    return { provider, what, state: 'ok', found: `${library}${built}`, helps: [] };
  }
  const { driver } = nvidia;
  // ONNX Runtime's library looks for the others in its own folder first.
  const wheel = `pip install --target cuda-13 'onnxruntime-gpu[cuda,cudnn]==${runtimeVersion}' && find cuda-13 -name 'libonnxruntime_providers_*' -o -path '*/nvidia/*' -name 'lib*.so.*' | xargs cp -t ${dirname(library)}`;
  const forThirteen =
    driver === undefined || !isOlder(driver, OLDEST_DRIVER[13] ?? '')
      ? [`or from PyPI, built for CUDA 13, with CUDA and cuDNN themselves: ${wheel}`]
      : [];
  return {
    provider,
    what,
    state: 'missing',
    found: `${basename(library)} is not in ${dirname(library)}, as npm's package leaves it out`,
    helps: [`${addCommand} (then ask again: which CUDA it was built for is read from it)`, ...forThirteen],
  };
}

function driverFinding(
  { driver, cards }: Nvidia,
  needed: readonly NeededLibrary[] | undefined,
  version: number | undefined,
): Finding {
  const what = 'NVIDIA driver';
  if (driver === undefined) {
    return {
      provider,
      what,
      state: 'missing',
      found: 'none',
      helps: ["install NVIDIA's driver on the machine itself", CONTAINER],
    };
  }
  if (needed?.some(({ name, path }) => name === DRIVER_LIBRARY && path === undefined)) {
    const found = `${driver}, but the loader does not find its ${DRIVER_LIBRARY}`;
    return { provider, what, state: 'wrong', found, helps: [CONTAINER] };
  }
  const found = `${driver}${cards.length === 0 ? '' : `, ${cards.join(', ')}`}`;
  const oldest = version === undefined ? undefined : OLDEST_DRIVER[version];
  if (oldest === undefined || !isOlder(driver, oldest))
    return { provider, what, state: 'ok', found, helps: [] };
  return {
    provider,
    what,
    state: 'wrong',
    found: `${found}; CUDA ${version} needs ${oldest} or newer`,
    helps: [
      `install a driver from ${oldest} on, or a CUDA library of ONNX Runtime that is built for an older CUDA`,
    ],
  };
}

/** The libraries of CUDA itself. */
function neededFindings(
  needed: readonly NeededLibrary[] | undefined,
  version: number | undefined,
): readonly Finding[] {
  if (needed === undefined) return [];
  const what = version === undefined ? 'CUDA' : `CUDA ${version}`;
  const missing = needed
    .filter(({ name, path }) => path === undefined && name !== DRIVER_LIBRARY)
    .map(({ name }) => name);
  if (missing.length === 0) {
    const telling = needed.find(({ name }) => TELLING.test(name));
    return [{ provider, what, state: 'ok', found: telling?.path ?? 'all libraries are found', helps: [] }];
  }
  const packages = version === undefined ? undefined : PACKAGES[version];
  const cudnn = missing.filter((name) => name.startsWith('libcudnn'));
  const names = [
    ...(missing.length > cudnn.length ? [packages?.cuda] : []),
    ...(cudnn.length > 0 ? [packages?.cudnn] : []),
  ].filter((name) => name !== undefined);
  const install =
    names.length === 0
      ? 'install the packages that have them'
      : `apt-get install -y ${names.join(' ')} (of NVIDIA's repository, developer.download.nvidia.com/compute/cuda/repos)`;
  return [
    {
      provider,
      what,
      state: 'missing',
      found: `the loader does not find ${missing.join(', ')}`,
      helps: [install, 'where they are installed already, name their folder in LD_LIBRARY_PATH'],
    },
  ];
}

/** Compares versions number by number. */
export function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((each) => each.split('.').map(Number));
  for (const [place, number] of (b ?? []).entries()) {
    const difference = (a?.[place] ?? 0) - number;
    if (difference !== 0) return difference < 0;
  }
  return false;
}
