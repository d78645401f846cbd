import { existsSync, readdirSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';

/** glibc's and musl's `RTLD_NODELETE`, which Node has no name for: what is closed stays loaded. */
const NO_DELETE = 0x1000;

/** Each before what needs it. */
const IN_ORDER = [
  ...['libcudart.so', 'libnvrtc.so', 'libcublasLt.so', 'libcublas.so', 'libcurand.so', 'libcufft.so'],
  'libcudnn.so',
];

let done = false;

/**
 * Loads CUDA's libraries that lie beside ONNX Runtime's for it, where the system's loader does not look: it finds those that
 * are loaded by their names. What cannot be loaded is left to ONNX Runtime to complain of.
 *
 * @param library where ONNX Runtime's library for CUDA is
 */
export function preloadBeside(library: string): void {
  if (done || !existsSync(library)) return;
  done = true;
  const folder = dirname(library);
  const files = readdirSync(folder);
  for (const name of IN_ORDER)
    for (const file of files.filter((each) => new RegExp(`^${name.replace('.', '\\.')}\\.\\d+$`).test(each)))
      load(join(folder, file));
}

/** Node loads a library that is none of its own, says that it is none, and closes it, which is why it must stay. */
function load(path: string): void {
  try {
    process.dlopen(
      { exports: {} },
      path,
      constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_GLOBAL | NO_DELETE,
    );
  } catch {
    // as always
  }
}
