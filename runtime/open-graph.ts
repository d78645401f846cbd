import { UserError } from '../artifact/user-error.ts';
import type { Artifact } from './artifact.ts';
import { OnnxSession, type SessionOptions } from './session.ts';

/**
 * Opens one of an artifact's graphs.
 *
 * @throws UserError for a graph that is not there, and as `OnnxSession.open`.
 */
export function openGraphSession(
  { directory, manifest, path }: Artifact,
  name: string,
  options: SessionOptions,
): Promise<OnnxSession> {
  const graph = manifest.graphs[name];
  if (graph === undefined) {
    throw new UserError(
      `${directory} has no graph '${name}': choose one of ${Object.keys(manifest.graphs).join(', ')}.`,
    );
  }
  return OnnxSession.open(path(graph.file), graph, options);
}
