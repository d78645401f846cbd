/**
 * An entry of `added_tokens` of a `tokenizer.json` (Hugging Face tokenizers 1.0): a token that is no text, found
 * wherever its content stands.
 */
export function specialToken(id: number, content: string) {
  return {
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  };
}
