import type { GraphManifest } from '../artifact/manifest.ts';
import type { Provider } from '../artifact/provider.ts';
import { UserError } from '../artifact/user-error.ts';
import { InferenceSession, Tensor } from './onnx-runtime.ts';
import { type AsMemory, OnnxSession, reasonOf, type SessionOptions } from './session.ts';
import { checkProvider } from './session-provider.ts';
import { checkTelemetry } from './telemetry.ts';

/**
 * Loads a graph; weights outside of the file are looked for beside it.
 *
 * @param path The ONNX file.
 * @param graph What the manifest says about it.
 * @throws UserError for a provider that is not here, a file that ONNX Runtime refuses, or one that is not the
 *   manifest's.
 */
export async function openSession(
  path: string,
  graph: GraphManifest,
  options: SessionOptions = {},
): Promise<OnnxSession> {
  const { provider = 'cpu', threads, optimisation = 'all' } = options;
  if (threads !== undefined && (!Number.isInteger(threads) || threads < 1)) {
    throw new UserError(`The number of threads is ${threads} but a whole number from 1 is expected.`);
  }
  checkTelemetry();
  checkProvider(provider);
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(path, {
      executionProviders: [provider],
      graphOptimizationLevel: optimisation,
      executionMode: 'sequential',
      interOpNumThreads: 1,
      logSeverityLevel: 4,
      ...(threads !== undefined && { intraOpNumThreads: threads }),
    });
  } catch (error) {
    throw refused(path, provider, error);
  }
  return OnnxSession.of(session, path, graph, {
    asMemory: provider === 'cpu' ? asMemory : undefined,
  });
}

/** @throws Error for what is not float32 */
const asMemory: AsMemory = ({ data, dims }) => {
  if (data instanceof Float32Array) return new Tensor('float32', data, dims);
  throw new Error('memory for an output is float32');
};

function refused(path: string, provider: Provider, error: unknown): UserError {
  const reason = reasonOf(error);
  if (provider === 'cuda' && /Failed to load shared library|CUDA|libcu/i.test(reason)) {
    return new UserError(
      `Provider 'cuda' does not start (${reason}): 'npx flamingo doctor' says which driver or libraries are missing and what installs them; or use provider 'cpu'.`,
    );
  }
  if (/External data path escapes/i.test(reason)) {
    return new UserError(
      `ONNX Runtime reads no weights that ${path} finds by a symbolic link out of its folder: put the file itself there, as 'cp -rL' does for the whole folder.`,
    );
  }
  return new UserError(`ONNX Runtime refuses ${path} (${reason}): compile the model again.`);
}
