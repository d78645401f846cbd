import { originalConfig } from '../configs/original-config.ts';
import { glmFields, glmOptions } from '../glm/config.ts';
import type { Glm4Options } from './glm4.ts';

const MODEL = 'GLM-4';

const readConfig = originalConfig({
  model: MODEL,
  original: 'glm4',
  read: glmFields,
  inert: 'attention_dropout',
});

/** The options of Hugging Face's `Glm4Config`: GLM-4-9B-0414, GLM-4-32B-0414, GLM-Z1. */
export function glm4FromConfig(config: unknown, notes?: string[]): Glm4Options {
  return glmOptions(MODEL, readConfig(config, notes), config, notes);
}
