/** Parts words into tokens: `Model` of Hugging Face's tokenizers. */
export interface TokenModel {
  /**
   * The ids of a word, which is not empty.
   *
   * @throws UnknownText for one that has none, where there is no token for what is unknown
   */
  encode(word: string): readonly number[];
  readonly ids: ReadonlyMap<string, number>;
  /** The id of text without tokens; undefined where there is none. */
  readonly unknown: number | undefined;
  /** Tokens by id, where `ids` does not have them all: a token that stands twice has two ids. */
  readonly tokens?: readonly string[];
}

/** A word has no tokens, and nothing stands for unknown ones. */
export class UnknownText extends Error {
  override name = 'UnknownText';
}
