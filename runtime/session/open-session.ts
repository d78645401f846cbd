import type { GraphManifest } from '../../artifact/manifest.ts';
import { UserError } from '../../artifact/user-error.ts';
import { InferenceSession } from '../onnx-runtime.ts';
import { startRecording } from '../profile/recording.ts';
import { runtimeProvider } from '../provider/index.ts';
import { OnnxSession, type OpenOptions, placesOfOutputs } from '../session.ts';
import { checkTelemetry } from '../telemetry.ts';
import { sessionRefusal } from './session-refusal.ts';

/**
 * For how long the threads that help with a run spin when they have nothing to do, before they sleep: longer than a node
 * that one thread computes alone takes, and than what is done between the runs of two tokens. By default each session's
 * spin for some fifty milliseconds after they were last needed, also while the next session is made, and take the cores from
 * whatever else is to be done.
 */
const SPINNING = { intra_op: { spin_duration_us: '2000' } };

/**
 * ONNX Runtime's softmax makes denormal numbers, on the way to zero, of what a mask hides, over each of which a processor takes
 * some twenty times as long as over another: half of the time in which 256 tokens attend to themselves.
 */
const DENORMALS_ARE_ZERO = { set_denormal_as_zero: '1' };

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
    denormalsAreZero = false,
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
        extra: { session: { ...SPINNING, ...(denormalsAreZero && DENORMALS_ARE_ZERO) } },
        ...(threads !== undefined && { intraOpNumThreads: threads }),
        ...recording?.options,
        ...placesOfOutputs(stays, runs),
      }),
    );
  } catch (error) {
    await recording?.discard();
    throw sessionRefusal(path, runs, error);
  }
  return OnnxSession.of(session, path, graph, runs, recording?.of(session));
}
