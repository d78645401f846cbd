import { z } from 'zod';
import { parseSection } from '../component.ts';
import type { Normalizer } from './normalizer.ts';

const schema = z.strictObject({ type: z.string(), strip_left: z.boolean(), strip_right: z.boolean() });

/** Takes white space off a text's ends. */
export function readStrip(section: unknown): Normalizer {
  const { strip_left: left, strip_right: right } = parseSection(schema, section, 'normalizer');
  return (text) => {
    const begun = left ? text.replace(/^\p{White_Space}+/u, '') : text;
    return right ? begun.slice(0, lengthWithoutSpaces(begun)) : begun;
  };
}

/** An expression for it would look at every run of spaces from each of its places. */
function lengthWithoutSpaces(text: string): number {
  let { length } = text;
  while (length > 0 && /\p{White_Space}/u.test(text.charAt(length - 1))) length--;
  return length;
}
