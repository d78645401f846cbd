import { z } from 'zod';
import { character, parseSection } from '../component.ts';
import { type Decoder, eachToken, type Step } from './decoder.ts';

const schema = z.strictObject({
  type: z.string(),
  content: character,
  start: z.int().nonnegative(),
  stop: z.int().nonnegative(),
});

type Options = { readonly content: string; readonly start: number; readonly stop: number };

/** Takes a character off a token's ends, as often as it stands there but no more than so many times. */
export function readStripDecoder(section: unknown): Decoder {
  const options = parseSection(schema, section, 'decoder');
  return {
    start: () => eachToken((token) => stripped(token, options)),
    startParts: () => strippedParts(options),
  };
}

function stripped(token: string, { content, start, stop }: Options): string {
  let first = 0;
  for (let taken = 0; taken < start && token.startsWith(content, first); taken++) first += content.length;
  let last = token.length;
  for (let taken = 0; taken < stop && last > first && token.endsWith(content.slice(), last); taken++)
    last -= content.length;
  return token.slice(first, last);
}

/** At the beginning only so much is looked at; at the end what may still be the end waits. */
function strippedParts({ content, start, stop }: Options): Step {
  let left = start;
  let waiting = '';
  return {
    push(part) {
      waiting += part;
      while (left > 0 && waiting.startsWith(content)) {
        waiting = waiting.slice(content.length);
        left -= 1;
      }
      if (waiting !== '') left = 0;
      let certain = waiting.length;
      for (let taken = 0; taken < stop && certain > 0 && waiting.endsWith(content, certain); taken++)
        certain -= content.length;
      const text = waiting.slice(0, certain);
      waiting = waiting.slice(certain);
      return text === '' ? [] : [text];
    },
    end: () => [stripped(waiting, { content, start: left, stop })],
  };
}
