import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-common';
import { makeTemporaryFolder } from '../../artifact/folder/temporary-folder.ts';
import type { SessionRecorder, Tensors } from '../session.ts';
import type { PhaseProfile } from './profile.ts';

/** What is recorded of a session, from before it is opened. */
export interface Recording {
  /** What the session is to be opened with. */
  readonly options: InferenceSession.SessionOptions;
  /** Goes with the session; it frees what was written when it ends. */
  of(session: Pick<InferenceSession, 'endProfiling'>): SessionRecorder;
  /** Where no session came of it. */
  discard(): Promise<void>;
}

/**
 * Has ONNX Runtime write what runs where, into a file in the system's folder for temporary files that is read and removed at
 * the end.
 *
 * @param graph the graph's name in the manifest
 */
export async function startRecording(graph: string): Promise<Recording> {
  const folder = await makeTemporaryFolder('profile');
  const discard = () => rm(folder, { recursive: true, force: true });
  return {
    options: { enableProfiling: true, profileFilePrefix: join(folder, 'runs') },
    discard,
    of(session) {
      const phases: string[] = [];
      const read = async (): Promise<readonly PhaseProfile[]> => {
        try {
          session.endProfiling();
          const [file] = await readdir(folder);
          if (file === undefined) return [];
          // Seldom needed, and long to load.
          const { readEvents } = await import('./read-events.ts');
          return await readEvents(join(folder, file), graph, (run) => phases[run] ?? graph);
        } finally {
          await discard();
        }
      };
      let ended: Promise<readonly PhaseProfile[]> | undefined;
      return {
        runs: (inputs) => void (ended ?? phases.push(phaseOf(graph, inputs))),
        end: () => {
          ended ??= read();
          return ended;
        },
      };
    },
  };
}

/** The language graph reads prompts, and then a token at a time of each row. */
function phaseOf(graph: string, { tokens }: Tensors): string {
  if (graph !== 'language' || tokens === undefined) return graph;
  return tokens.dims[1] === 1 ? 'decode' : 'prefill';
}
