import { z } from 'zod';
import { parseSection } from '../component.ts';
import { type TokenModel, UnknownText } from './model.ts';
import { readVocabulary } from './vocabulary.ts';

const schema = z.strictObject({ type: z.string().optional(), vocab: z.unknown(), unk_token: z.string() });

/** Every word is a token. */
export function readWordLevel(section: unknown): TokenModel {
  const { vocab, unk_token: unknown } = parseSection(schema, section, 'model');
  const ids = readVocabulary(vocab);
  return {
    ids,
    unknown: ids.get(unknown),
    encode(word) {
      const id = ids.get(word) ?? ids.get(unknown);
      if (id === undefined) throw new UnknownText(word);
      return [id];
    },
  };
}
