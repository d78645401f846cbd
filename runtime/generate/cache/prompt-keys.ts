/**
 * What a token of a prompt is to those that compare prompts: its id, or for the place of a picture the picture's name.
 * Prompts that begin with the same keys have the same keys and values there.
 */
export type PromptKey = number | string;

/**
 * The keys of a prompt's tokens.
 *
 * @param tokens each picture's `<image>` token as often as it takes places
 * @param image id of that token
 * @param pictures name of each picture, and how many places it takes
 */
export function promptKeys(
  tokens: readonly number[],
  image: number | null,
  pictures: readonly { readonly name: string; readonly places: number }[],
): readonly PromptKey[] {
  const names = pictures.flatMap(({ name, places }) => new Array<string>(places).fill(name)).values();
  return tokens.map((token) => (token === image ? (names.next().value ?? token) : token));
}
