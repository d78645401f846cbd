import { nodePlatform } from './node-platform.ts';
import { Engine, type EngineOptions } from './worker/engine.ts';

/**
 * Opens a model in the calling thread.
 *
 * @throws UserError as `openArtifact`, `requireLanguage`, `loadTokenizer` and `openSession`.
 */
export function openEngine(options: EngineOptions): Promise<Engine> {
  return Engine.open(options, nodePlatform);
}
