import type { ModelConfig } from './model-config.ts';

/** One model of a repository: its configuration, and the files of its version 1. */
export interface RepositoryModel {
  readonly config: ModelConfig;
  /** The artifact's graph that it runs; undefined for a model that is none. */
  readonly graph?: string;
}
