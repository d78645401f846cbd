import type { NeededLibrary } from '../doctor/shared-libraries.ts';

/** The versions of CUDA that ONNX Runtime is built for. */
export const CUDA_VERSIONS = [12, 13] as const;

export type CudaVersion = (typeof CUDA_VERSIONS)[number];

/** A package of PyPI that has libraries of CUDA, and the first number of the versions that fit. */
export interface CudaPackage {
  readonly name: string;
  readonly major: number;
}

/** By the beginning of a library's name: the package, and its versions for each CUDA where they are not CUDA's own. */
const PACKAGES: readonly (readonly [
  library: RegExp,
  name: string,
  majors?: Readonly<Record<CudaVersion, number>>,
])[] = [
  [/^libcudart\b/, 'cuda-runtime'],
  [/^libcublas(Lt)?\b/, 'cublas'],
  [/^libcurand\b/, 'curand', { 12: 10, 13: 10 }],
  [/^libcufft\b/, 'cufft', { 12: 11, 13: 12 }],
  [/^libcudnn\b/, 'cudnn', { 12: 9, 13: 9 }],
  // cuDNN compiles some of its kernels while it runs.
  [/^libcudnn\b/, 'cuda-nvrtc'],
];

/** The packages that have libraries which are missing, each once; the driver's own is in none. */
export function packagesFor(missing: readonly NeededLibrary[], cuda: CudaVersion): readonly CudaPackage[] {
  return PACKAGES.filter(([library]) => missing.some(({ name }) => library.test(name))).map(
    ([, name, majors]) => ({
      name: nameOf(name, cuda),
      major: majors?.[cuda] ?? cuda,
    }),
  );
}

/** From CUDA 13 on NVIDIA's packages are called without a number, but for cuDNN's. */
function nameOf(name: string, cuda: CudaVersion): string {
  return cuda === 12 || name === 'cudnn' ? `nvidia-${name}-cu${cuda}` : `nvidia-${name}`;
}
