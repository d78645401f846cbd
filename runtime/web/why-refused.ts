import { isForWantOfMemory } from '../provider/webgpu-memory.ts';
import type { WebProvider } from './provider.ts';

/** WebAssembly has 4 GiB at most, and a browser may give a page less. */
const MEMORY = /bad_alloc|out of memory|allocat|Array buffer/i;

/** What helps where a graph does not run in a page, by what ONNX Runtime says; undefined where that is not the page's doing. */
export function whyNotRun(provider: WebProvider, reason: string): string | undefined {
  if (provider === 'webgpu' && isForWantOfMemory(reason))
    return "the graphics card has too little memory for it: give it less at once, compile the model with '--precision int4', or use provider 'wasm'";
  return MEMORY.test(reason)
    ? "the page has too little memory for it: close other pages, give it less at once, or compile the model with '--precision int4'"
    : undefined;
}

/** As `whyNotRun`, where a graph does not load. */
export function whyNotLoaded(provider: WebProvider, reason: string): string | undefined {
  if (/unsafe-eval|Content Security Policy/i.test(reason))
    return "the page's Content-Security-Policy allows no WebAssembly: add 'wasm-unsafe-eval' to its script-src";
  if (/no available backend found/i.test(reason) && !MEMORY.test(reason))
    return "ONNX Runtime does not start here: put the files of the folder 'dist' of onnxruntime-web 1.30 where 'onnxRuntime' says, all of one version";
  return whyNotRun(provider, reason);
}
