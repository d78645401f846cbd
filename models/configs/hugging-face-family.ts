import type { PromptProgram } from '../../dsl/index.ts';

/** What a folder of Hugging Face's says of the whole model in it. */
export interface WholeModel {
  /** What the program is to be called. */
  readonly name: string;
  /** `config.json`. */
  readonly config: unknown;
  /** `preprocessor_config.json`; undefined when there is none. */
  readonly preprocessor: unknown;
  readonly tokens: KnownTokens;
}

/** The tokens that a tokenizer and `generation_config.json` name, as texts. */
export interface KnownTokens {
  /** Whether the tokenizer has this special token. */
  has(token: string): boolean;
  /** The token of an id; undefined where the tokenizer has none. */
  tokenOf(id: number): string | undefined;
  /** null: it has none. */
  readonly beginning: string | null;
  /** What the tokenizer puts after `beginning`, before every text. */
  readonly afterBeginning: readonly string[];
  readonly end: string | null;
  readonly padding: string | null;
  /** Tokens that end an answer, `end` among them or not. */
  readonly ends: readonly string[];
  /** Tokens that no answer may have. */
  readonly suppressedTokens: readonly string[];
}

/**
 * A kind of visual language model that Hugging Face keeps in one folder. Each is one file of its model's folder,
 * `hugging-face-family.ts`, as the export `family`; `npm run registries` lists them.
 */
export interface HuggingFaceFamily {
  /** `model_type` of its `config.json`. */
  readonly modelType: string;
  /** The classes whose weights are a whole model: `architectures` of its `config.json`. */
  readonly architectures: readonly string[];
  /**
   * Names that weights of such a model have, and those of the language model in it alone do not. Left out: a folder with
   * a language model's weights alone is told by the names that are missing.
   */
  readonly ownNames?: RegExp;
  /**
   * @param notes gets a sentence for each thing that was assumed
   * @throws ModelError for what is missing, contradicts itself, or is not done
   */
  program(model: WholeModel, notes: string[]): PromptProgram;
}
