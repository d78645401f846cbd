import { UserError } from '../../artifact/user-error.ts';

/** The command that installs ONNX Runtime where its install script cannot download what it adds for CUDA. */
export const INSTALL_RUNTIME = 'ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node@1.30';

/**
 * What to do where an import failed because ONNX Runtime is not there. It is an optional dependency: its install script
 * downloads libraries for CUDA, and where it cannot npm leaves it out instead of installing nothing at all.
 *
 * @returns undefined for any other error
 */
export function missingRuntime(error: unknown): UserError | undefined {
  const message = error instanceof Error ? error.message : String(error);
  if (!/Cannot find (package|module) 'onnxruntime-node'/.test(message)) return undefined;
  return new UserError(
    `The package onnxruntime-node is not installed, which npm leaves out where its install script cannot download libraries for CUDA: install it with '${INSTALL_RUNTIME}'.`,
  );
}

/**
 * A module that imports ONNX Runtime.
 *
 * @param module its `import()`
 * @throws UserError where ONNX Runtime is not installed
 */
export async function withRuntime<Module>(module: Promise<Module>): Promise<Module> {
  try {
    return await module;
  } catch (error) {
    throw missingRuntime(error) ?? error;
  }
}
