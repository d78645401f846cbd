import { z } from 'zod';
import { parseSection } from '../component.ts';
import { cleanUp } from './clean-up.ts';
import type { Decoder } from './decoder.ts';

const schema = z.strictObject({
  type: z.string(),
  pad_token: z.string(),
  word_delimiter_token: z.string(),
  cleanup: z.boolean(),
});

/** Of equal tokens beside each other one is left, and padding is left out. */
export function readCtc(section: unknown): Decoder {
  const {
    pad_token: padding,
    word_delimiter_token: delimiter,
    cleanup,
  } = parseSection(schema, section, 'decoder');
  return {
    start() {
      let last: string | undefined;
      return {
        push(token) {
          if (token === last) return [];
          last = token;
          const text = token.replaceAll(padding, '');
          const written = cleanup ? cleanUp(text).replaceAll(delimiter, ' ') : text;
          return written === '' ? [] : [written];
        },
        end: () => [],
      };
    },
  };
}
