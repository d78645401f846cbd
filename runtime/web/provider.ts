import { threads as hasThreads, simd } from 'wasm-feature-detect';
import { UserError } from '../../artifact/user-error.ts';

/** Where a page's graphs run: on the processor, or on the graphics card. */
export const WEB_PROVIDERS = ['wasm', 'webgpu'] as const;

export type WebProvider = (typeof WEB_PROVIDERS)[number];

/**
 * Checks that this browser can compute as is asked for.
 *
 * @param threads undefined: as many as there may be
 * @returns the threads of WebAssembly
 * @throws UserError where the browser has no such provider, no WebAssembly, or one thread where several were asked for
 */
export async function checkWebProvider(
  provider: WebProvider,
  threads: number | undefined,
  onNote: (sentence: string) => void,
): Promise<number> {
  if (!('WebAssembly' in globalThis) || !(await simd())) {
    throw new UserError(
      "ONNX Runtime computes in WebAssembly with SIMD, which this browser has not, or has switched off for the page (iOS's lockdown mode, stricter security settings): allow it for this page, or use another browser.",
    );
  }
  if (provider === 'webgpu' && !(await hasWebGpu())) {
    throw new UserError(
      `Provider 'webgpu' was asked for but this browser ${globalThis.isSecureContext ? 'has no WebGPU, or no graphics card that it uses' : 'has none on a page without https'}: use provider 'wasm', or another browser.`,
    );
  }
  const why = await whyOneThread();
  if (why === undefined) return threads ?? defaultThreads();
  if (threads !== undefined && threads > 1)
    throw new UserError(`${threads} threads were asked for but ${why}, or leave 'threads' out.`);
  if (threads === undefined && provider === 'wasm')
    onNote(`The model is computed in one thread, since ${why}.`);
  return 1;
}

/** Why WebAssembly has one thread here, and what gives it more; undefined where it has more. */
async function whyOneThread(): Promise<string | undefined> {
  if (!globalThis.crossOriginIsolated)
    return "the page is not isolated: serve it with the headers 'Cross-Origin-Opener-Policy: same-origin' and 'Cross-Origin-Embedder-Policy: require-corp'";
  return (await hasThreads()) ? undefined : "this browser's WebAssembly has no threads: use another browser";
}

/** Whether the browser has WebGPU and a graphics card for it. */
export async function hasWebGpu(): Promise<boolean> {
  const gpu: unknown = 'gpu' in navigator ? navigator.gpu : undefined;
  if (typeof gpu !== 'object' || gpu === null || !('requestAdapter' in gpu)) return false;
  const { requestAdapter } = gpu;
  if (typeof requestAdapter !== 'function') return false;
  const adapter: unknown = await requestAdapter.call(gpu).catch(() => null);
  return adapter !== null && adapter !== undefined;
}

/** Threads of WebAssembly where nobody says otherwise: half of the processor's, at most 4; 1 on a page without isolation. */
export function defaultThreads(): number {
  if (!globalThis.crossOriginIsolated) return 1;
  return Math.max(1, Math.min(4, Math.ceil(navigator.hardwareConcurrency / 2)));
}
