import type { GraphManifest } from '../artifact/manifest.ts';
import { UserError } from '../artifact/user-error.ts';
import { InferenceSession } from './onnx-runtime.ts';
import { startRecording } from './profile/recording.ts';
import { runtimeProvider } from './provider/index.ts';
import type { RuntimeProvider } from './provider/runtime-provider.ts';
import { OnnxSession, type OpenOptions, placesOfOutputs, reasonOf } from './session.ts';
import { checkTelemetry } from './telemetry.ts';

/**
 * Loads a graph; weights outside of the file are looked for beside it.
 *
 * @param path The ONNX file.
 * @param graph What the manifest says about it.
 * @param name What a profile calls it.
 * @throws UserError for a provider that is not here, a file that ONNX Runtime refuses, or one that is not the
 *   manifest's.
 */
export async function openSession(
  path: string,
  graph: GraphManifest,
  options: OpenOptions = {},
  name = path,
): Promise<OnnxSession> {
  const {
    provider = 'cpu',
    devices: [device] = [],
    threads,
    optimisation = 'all',
    profile = false,
    stays = [],
  } = options;
  if (threads !== undefined && (!Number.isInteger(threads) || threads < 1)) {
    throw new UserError(`The number of threads is ${threads} but a whole number from 1 is expected.`);
  }
  checkTelemetry();
  const runs = runtimeProvider(provider);
  runs.check();
  const recording = profile ? await startRecording(name) : undefined;
  let session: InferenceSession;
  try {
    session = await runs.alone(() =>
      InferenceSession.create(path, {
        executionProviders: [device === undefined ? provider : { name: provider, deviceId: device }],
        graphOptimizationLevel: optimisation,
        executionMode: 'sequential',
        interOpNumThreads: 1,
        logSeverityLevel: 4,
        ...(threads !== undefined && { intraOpNumThreads: threads }),
        ...recording?.options,
        ...placesOfOutputs(stays, runs),
      }),
    );
  } catch (error) {
    await recording?.discard();
    throw refused(path, runs, error);
  }
  return OnnxSession.of(session, path, graph, runs, recording?.of(session));
}

function refused(path: string, { name, whyNotStarted }: RuntimeProvider, error: unknown): UserError {
  const reason = reasonOf(error);
  const helps = whyNotStarted(reason);
  if (helps !== undefined) return new UserError(`Provider '${name}' does not start (${reason}): ${helps}.`);
  if (/External data path escapes/i.test(reason)) {
    return new UserError(
      `ONNX Runtime reads no weights that ${path} finds by a symbolic link out of its folder: put the file itself there, as 'cp -rL' does for the whole folder.`,
    );
  }
  return new UserError(`ONNX Runtime refuses ${path} (${reason}): compile the model again.`);
}
