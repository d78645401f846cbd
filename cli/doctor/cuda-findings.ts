import { basename, dirname } from 'node:path';
import type { Finding } from './finding.ts';
import type { Nvidia } from './nvidia.ts';
import { DRIVER_LIBRARY, type NeededLibrary } from './shared-libraries.ts';

/** What is known of a system on which the provider `cuda` is to run. */
export interface CudaFacts {
  readonly platform: string;
  readonly architecture: string;
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
export const OLDEST_DRIVER: Readonly<Record<12 | 13, string>> = { 12: '525.60.13', 13: '580.65.06' };

const provider = 'cuda';

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
  const { platform, architecture, needed } = facts;
  if (platform !== 'linux' || architecture !== 'x64') {
    const found = `ONNX Runtime has CUDA in Node for linux x64 alone, and this is ${platform} ${architecture}`;
    return [{ provider, what: 'CUDA', state: 'missing', found, helps: ["use the provider 'cpu'"] }];
  }
  const version = needed && cudaVersion(needed);
  return [libraryFinding(facts, version), driverFinding(facts, version), ...neededFindings(facts, version)];
}

/** The version of CUDA that a library is linked to. */
export function cudaVersion(needed: readonly NeededLibrary[]): number | undefined {
  const found = needed.map(({ name }) => TELLING.exec(name)?.[1]).find((each) => each !== undefined);
  return found === undefined ? undefined : Number(found);
}

function libraryFinding(
  { library, libraryExists, addCommand, nvidia }: CudaFacts,
  version: number | undefined,
): Finding {
  const what = "ONNX Runtime's CUDA library";
  if (libraryExists) {
    const built = version === undefined ? '' : `, built for CUDA ${version}`;
    return { provider, what, state: 'ok', found: `${library}${built}`, helps: [] };
  }
  // Without a driver nothing tells for which CUDA.
  const which =
    nvidia.driver === undefined
      ? ` --cuda 13 (for a driver from ${OLDEST_DRIVER[13]} on) or --cuda 12 (from ${OLDEST_DRIVER[12]} on)`
      : '';
  return {
    provider,
    what,
    state: 'missing',
    found: `${basename(library)} is not in ${dirname(library)}, as npm's package leaves it out`,
    helps: [`${addCommand}${which}, which brings CUDA and cuDNN too where they are missing`],
  };
}

function driverFinding(
  { nvidia: { driver, cards }, needed, addCommand }: CudaFacts,
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
  const oldest = version === 12 || version === 13 ? OLDEST_DRIVER[version] : undefined;
  if (oldest === undefined || !isOlder(driver, oldest))
    return { provider, what, state: 'ok', found, helps: [] };
  return {
    provider,
    what,
    state: 'wrong',
    found: `${found}; CUDA ${version} needs ${oldest} or newer`,
    helps: [
      `install a driver from ${oldest} on, or ONNX Runtime's library for the CUDA that this one runs: ${addCommand}`,
    ],
  };
}

/** The libraries of CUDA itself. */
function neededFindings({ needed, addCommand }: CudaFacts, version: number | undefined): readonly Finding[] {
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
      helps: [
        `${addCommand}${version === undefined ? '' : ` --cuda ${version}`}, which brings them from PyPI, without root`,
        `or ${install}`,
        'where they are installed already, name their folder in LD_LIBRARY_PATH',
      ],
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
