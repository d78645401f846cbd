import { z } from 'zod';
import { parseSection } from '../component.ts';
import { cleanUp } from './clean-up.ts';
import { type Decoder, eachToken } from './decoder.ts';

const schema = z.strictObject({ type: z.string(), prefix: z.string(), cleanup: z.boolean() });

/** A space before every token but those that go on with a word. */
export function readWordPieceDecoder(section: unknown): Decoder {
  const { prefix, cleanup } = parseSection(schema, section, 'decoder');
  return {
    start: () =>
      eachToken((token, index) => {
        const continued = token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`;
        const written = index === 0 ? token : continued;
        return cleanup ? cleanUp(written) : written;
      }),
  };
}
