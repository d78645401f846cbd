import { z } from 'zod';
import { parseSection } from '../component.ts';
import type { Decoder } from './decoder.ts';

const schema = z.strictObject({ type: z.string(), suffix: z.string() });

/** Where a token's end is marked there is a space, but after the last token. */
export function readBpeDecoder(section: unknown): Decoder {
  const { suffix } = parseSection(schema, section, 'decoder');
  return {
    start() {
      let last: string | undefined;
      const taken = (instead: string) => (last === undefined ? [] : [last.replaceAll(suffix, instead)]);
      return {
        push(token) {
          const before = taken(' ');
          last = token;
          return before;
        },
        end: () => taken(''),
      };
    },
  };
}
