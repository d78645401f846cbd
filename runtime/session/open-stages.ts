import type { GraphManifest, Manifest } from '../../artifact/manifest.ts';
import { UserError } from '../../artifact/user-error.ts';
import type { GraphSession, OnnxSession } from '../session.ts';
import { type Stage, StagedSession } from './staged-session.ts';

/** An artifact, and what opens the file of one of its graphs. */
export type GraphFiles = {
  readonly directory: string;
  readonly manifest: Manifest;
  /** @param place which of its graph's stages it is, from 0 */
  openFile(graph: GraphManifest, place: number): Promise<OnnxSession>;
};

/**
 * Opens one of an artifact's graphs, with all stages of one that was cut.
 *
 * @throws UserError for a graph that is not there, and what `openFile` throws
 */
export async function openStages(artifact: GraphFiles, name: string): Promise<GraphSession> {
  const { stages: cut = {} } = artifact.manifest;
  const names = Object.hasOwn(cut, name) ? cut[name] : undefined;
  if (names === undefined) return (await openStage(artifact, name, 0)).session;
  const stages: Stage[] = [];
  try {
    for (const [place, each] of names.entries()) stages.push(await openStage(artifact, each, place));
  } catch (error) {
    for (const { session } of stages) await session.close();
    throw error;
  }
  return new StagedSession(stages);
}

async function openStage(
  { directory, manifest, openFile }: GraphFiles,
  name: string,
  place: number,
): Promise<Stage> {
  const graph = manifest.graphs[name];
  if (graph === undefined) {
    throw new UserError(
      `${directory} has no graph '${name}': choose one of ${Object.keys(manifest.graphs).join(', ')}.`,
    );
  }
  const session = await openFile(graph, place);
  const names = (ports: GraphManifest['inputs']) => ports.map((port) => port.name);
  return { session, inputs: names(graph.inputs), outputs: names(graph.outputs) };
}
