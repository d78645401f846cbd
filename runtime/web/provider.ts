import { UserError } from '../../artifact/user-error.ts';

/** Where a page's graphs run: on the processor, or on the graphics card. */
export const WEB_PROVIDERS = ['wasm', 'webgpu'] as const;

export type WebProvider = (typeof WEB_PROVIDERS)[number];

/** @throws UserError where the browser has no such provider, or one thread where several were asked for */
export async function checkWebProvider(provider: WebProvider, threads: number | undefined): Promise<void> {
  if (threads !== undefined && threads > 1 && !globalThis.crossOriginIsolated) {
    throw new UserError(
      `${threads} threads were asked for but the page is not isolated, so that it has one: serve it with the headers 'Cross-Origin-Opener-Policy: same-origin' and 'Cross-Origin-Embedder-Policy: require-corp', or leave 'threads' out.`,
    );
  }
  if (provider === 'webgpu' && !(await hasWebGpu())) {
    throw new UserError(
      `Provider 'webgpu' was asked for but this browser ${globalThis.isSecureContext ? 'has no WebGPU, or no graphics card that it uses' : 'has none on a page without https'}: use provider 'wasm', or another browser.`,
    );
  }
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
