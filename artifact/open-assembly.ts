import { UserError } from './user-error.ts';

/**
 * Opens a WebAssembly module that imports nothing.
 *
 * @param assembled the module, in base64
 * @param does what is computed with it, for errors: `Quantising`
 * @returns what it exports
 * @throws UserError where Node has no WebAssembly, or may not reserve the address space of its memory
 */
export function openAssembly<Exports>(assembled: string, does: string): Exports {
  if (typeof WebAssembly === 'undefined')
    throw new UserError(`${does} takes WebAssembly, which Node lacks when it is started with --jitless.`);
  const module = new WebAssembly.Module(Uint8Array.from(atob(assembled), (each) => each.charCodeAt(0)));
  const { exports }: { readonly exports: unknown } = roomFor(() => new WebAssembly.Instance(module), does);
  return exports as Exports;
}

/**
 * Gives a module's memory room for so many bytes.
 *
 * @throws UserError where there is none
 */
export function growTo(memory: WebAssembly.Memory, bytes: number, does: string): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) roomFor(() => memory.grow(Math.ceil(missing / PAGE)), does);
}

/** Bytes by which memory grows. */
const PAGE = 1 << 16;

/** WebAssembly reports a want of memory as a RangeError, whose words are V8's. */
function roomFor<T>(allocate: () => T, does: string): T {
  try {
    return allocate();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(
      `${does} takes WebAssembly, whose memory this process may not have (${error.message}): free memory, or lift the limit of its address space ('ulimit -v'), of which V8 reserves 10 GB for each thread that does it.`,
    );
  }
}
