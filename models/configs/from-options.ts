import type { LanguageModel } from '../shared/language-model.ts';
import type { FromConfig } from './language-family.ts';

/**
 * Makes language models of a family whose config says all of them: none has tables of angles, or other constants, that were
 * cast with the weights.
 *
 * @param read the options that a config says, as `bloomFromConfig`
 * @param make the model with these options
 */
export const fromOptions =
  <Options extends object>(
    read: (config: unknown, notes?: string[]) => Options,
    make: (options: Options) => LanguageModel,
  ): FromConfig =>
  (config, { cast: _, ...changes }, notes) =>
    make({ ...read(config, notes), ...changes });
