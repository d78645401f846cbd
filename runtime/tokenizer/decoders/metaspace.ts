import { parseSection } from '../component.ts';
import { metaspaceSchema, prependScheme } from '../metaspace.ts';
import { type Decoder, eachToken } from './decoder.ts';

/** Marks become spaces; those of the first token are left out where a space was put before the text. */
export function readMetaspaceDecoder(section: unknown): Decoder {
  const options = parseSection(metaspaceSchema, section, 'decoder');
  const first = prependScheme(options) === 'never' ? ' ' : '';
  return {
    start: () =>
      eachToken((token, index) => token.replaceAll(options.replacement, index === 0 ? first : ' ')),
  };
}
