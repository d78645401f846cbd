import type { Artifact } from './artifact.ts';
import { openSession } from './open-session.ts';
import { openStages } from './open-stages.ts';
import type { GraphSession, SessionOptions } from './session.ts';

/**
 * Opens one of an artifact's graphs, with all stages of one that was cut.
 *
 * @throws UserError for a graph that is not there, and as `openSession`.
 */
export function openGraphSession(
  { directory, manifest, path }: Artifact,
  name: string,
  options: SessionOptions,
): Promise<GraphSession> {
  return openStages(
    { directory, manifest, openFile: (graph) => openSession(path(graph.file), graph, options) },
    name,
  );
}
