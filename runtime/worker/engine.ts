import { type EngineOptions, Engine as SharedEngine } from '../engine.ts';
import { nodePlatform } from '../node-platform.ts';

export type { EngineOptions };

/** A model that is opened in the calling thread, from its folder. */
export type Engine = SharedEngine;

export const Engine = {
  /** @throws UserError as `openArtifact`, `requireLanguage`, `loadTokenizer` and `openSession`. */
  open: (options: EngineOptions): Promise<Engine> => SharedEngine.open(options, nodePlatform),
};
