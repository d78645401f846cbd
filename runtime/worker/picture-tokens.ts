import { UserError } from '../../artifact/user-error.ts';
import type { EncodedMedia, MediaWay } from '../media/way.ts';
import type { Tokenizer } from '../tokenizer.ts';

/**
 * What stands in a prompt for a picture: its `<image>` tokens, and what is written around them.
 *
 * @throws UserError where the tokenizer does not find as many of them in that text
 */
export function pictureTokens(
  way: MediaWay,
  { special, specialTokens, encode }: Tokenizer,
  picture: EncodedMedia,
): readonly number[] {
  const count = way.tokensOf(picture);
  const { image } = special;
  if (way.written === undefined) return new Array<number>(count).fill(image ?? 0);
  const tokens = encode(way.written(picture));
  const found = tokens.filter((token) => token === image).length;
  if (found === count) return tokens;
  throw new UserError(
    `The tokenizer finds ${found} '${specialTokens.image}' tokens in the text of a picture of ${count}: make the token "single_word": false in tokenizer.json's "added_tokens".`,
  );
}
