import type { LanguageManifest } from '../../../artifact/manifest.ts';
import type { InstanceGroup } from './model-config.ts';

/** Where the graphs of a repository run. */
export interface Placement {
  /** Copies of each graph on each device. Default 1. */
  readonly instances?: number;
  /** Numbers of the GPUs that run the graphs; with stages one for each of them, in turn. Default: all that there are. */
  readonly gpus?: readonly number[];
}

/** The copies of a graph: on the GPUs of an artifact that was compiled for them, else on the CPU. */
export function instanceGroups(
  { provider }: LanguageManifest,
  { instances: count = 1, gpus }: Placement,
): readonly InstanceGroup[] {
  if (provider !== 'cuda') return [{ kind: 'KIND_CPU', count }];
  return [{ kind: 'KIND_GPU', count, ...(gpus && { gpus }) }];
}
