import { UserError } from '../artifact/user-error.ts';
import type { Artifact } from './artifact.ts';
import { type GraphSession, OnnxSession, type SessionOptions } from './session.ts';
import { type Stage, StagedSession } from './staged-session.ts';

/**
 * Opens one of an artifact's graphs, with all stages of one that was cut.
 *
 * @throws UserError for a graph that is not there, and as `OnnxSession.open`.
 */
export async function openGraphSession(
  artifact: Artifact,
  name: string,
  options: SessionOptions,
): Promise<GraphSession> {
  const { stages: cut = {} } = artifact.manifest;
  const names = Object.hasOwn(cut, name) ? cut[name] : undefined;
  if (names === undefined) return (await openStage(artifact, name, options)).session;
  const stages: Stage[] = [];
  try {
    for (const each of names) stages.push(await openStage(artifact, each, options));
  } catch (error) {
    for (const { session } of stages) await session.close();
    throw error;
  }
  return new StagedSession(stages);
}

async function openStage(
  { directory, manifest, path }: Artifact,
  name: string,
  options: SessionOptions,
): Promise<Stage> {
  const graph = manifest.graphs[name];
  if (graph === undefined) {
    throw new UserError(
      `${directory} has no graph '${name}': choose one of ${Object.keys(manifest.graphs).join(', ')}.`,
    );
  }
  const session = await OnnxSession.open(path(graph.file), graph, options);
  return { session, inputs: graph.inputs.map((port) => port.name) };
}
