import { z } from 'zod';
import { parseSection } from '../component.ts';
import { type TokenModel, UnknownText } from './model.ts';
import { readVocabulary } from './vocabulary.ts';

const schema = z.strictObject({
  type: z.string().optional(),
  vocab: z.unknown(),
  unk_token: z.string(),
  continuing_subword_prefix: z.string(),
  max_input_chars_per_word: z.int().nonnegative(),
});

/** BERT's model: the longest token that a word begins with, then that of the rest, which is marked as such. */
export function readWordPiece(section: unknown): TokenModel {
  const options = parseSection(schema, section, 'model');
  const { unk_token: unknown, continuing_subword_prefix: prefix, max_input_chars_per_word: most } = options;
  const ids = readVocabulary(options.vocab);
  const longest = longestOf(ids.keys());

  const partsOf = (word: string): number[] | undefined => {
    const letters = [...word];
    if (letters.length > most) return undefined;
    const parts: number[] = [];
    let start = 0;
    while (start < letters.length) {
      const lead = start === 0 ? '' : prefix;
      let end = Math.min(letters.length, start + longest);
      while (end > start && !ids.has(lead + letters.slice(start, end).join(''))) end--;
      const id = end === start ? undefined : ids.get(lead + letters.slice(start, end).join(''));
      if (id === undefined) return undefined;
      parts.push(id);
      start = end;
    }
    return parts;
  };
  return {
    ids,
    unknown: ids.get(unknown),
    encode(word) {
      const parts = partsOf(word);
      if (parts !== undefined) return parts;
      const id = ids.get(unknown);
      if (id === undefined) throw new UnknownText(word);
      return [id];
    },
  };
}

/** Nothing longer needs to be looked for, however long a word may be. */
function longestOf(tokens: Iterable<string>): number {
  let longest = 0;
  for (const { length } of tokens) if (length > longest) longest = length;
  return longest;
}
