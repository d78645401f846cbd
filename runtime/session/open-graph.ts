import { UserError } from '../../artifact/user-error.ts';
import type { Artifact } from '../artifact/artifact.ts';
import { runtimeProvider } from '../provider/index.ts';
import type { GraphSession, OpenOptions } from '../session.ts';
import { openSession } from './open-session.ts';
import { openStages } from './open-stages.ts';

/**
 * Opens one of an artifact's graphs, with all stages of one that was cut.
 *
 * @throws UserError for a graph that is not there, an artifact that was compiled for another device, and as `openSession`.
 */
export async function openGraphSession(
  { directory, manifest, path }: Pick<Artifact, 'directory' | 'manifest' | 'path'>,
  name: string,
  options: OpenOptions,
): Promise<GraphSession> {
  const { provider = 'cpu', devices = [] } = options;
  const runs = runtimeProvider(provider);
  runs.check();
  if (devices.length > 0 && !runs.hasDevices) {
    throw new UserError(
      `Devices ${devices.join(', ')} were asked for but provider '${provider}' has none to choose from: leave them out, or use provider 'cuda'.`,
    );
  }
  // The CPU computes whatever was compiled for others; they would leave to it what they have no kernel for, in silence.
  if (provider !== 'cpu' && provider !== manifest.provider) {
    throw new UserError(
      `${directory} was compiled for target '${manifest.target}', of which provider '${provider}' would leave to the CPU what it has no kernel for: compile the model with '--target ${provider}', or use provider '${manifest.provider}'.`,
    );
  }
  return openStages(
    {
      directory,
      manifest,
      openFile(graph, place) {
        const device = devices[place % devices.length];
        const session = { ...options, ...(device !== undefined && { devices: [device] }) };
        return openSession(path(graph.file), graph, session, name);
      },
    },
    name,
  );
}
