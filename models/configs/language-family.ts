import type { LanguageModel } from '../shared/language-model.ts';

/** What a checkpoint may differ in from its config. */
export interface LanguageChanges {
  /** Rows of the token embeddings, where special tokens were added. */
  readonly vocabulary?: number;
  /** The dtype that the model was cast to as a whole before it was saved; left out where it was not. */
  readonly cast?: 'float16';
}

/**
 * Makes a language model from its original's `config.json`.
 *
 * @param notes gets a sentence for each thing that was assumed
 * @throws ModelError for a config that asks for what the family does not do
 */
export type FromConfig = (config: unknown, changes: LanguageChanges, notes?: string[]) => LanguageModel;

/**
 * A family of language models that checkpoints are made of. Each is one file of its model's folder, `language-family.ts`,
 * as the export `languageFamily`; `npm run registries` lists them.
 */
export interface LanguageFamily {
  /** What people call it. */
  readonly name: string;
  /** How its models are made, by the `model_type` of the original's `config.json`. */
  readonly models: Readonly<Record<string, FromConfig>>;
  /** How the names of its classes begin where that is not a `model_type`: `RW` of Falcon's first files. Default: none. */
  readonly classNames?: readonly string[];
  /**
   * The beginnings of names that this family's classes give, and few others', alone or as an OpenFlamingo's `lang_encoder`. In a
   * checkpoint of trained weights these are the embeddings, and the blocks before the layers. Left out: its weights are
   * not told from others by their names.
   */
  readonly weightNames?: RegExp;
}
