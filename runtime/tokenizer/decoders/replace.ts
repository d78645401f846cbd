import { z } from 'zod';
import { parseSection } from '../component.ts';
import { replacing } from '../normalizers/replace.ts';
import { patternSchema, readPattern } from '../pattern.ts';
import type { TimeLimit } from '../time-limit.ts';
import { type Decoder, eachToken } from './decoder.ts';

const schema = z.strictObject({ type: z.string(), pattern: patternSchema, content: z.string() });

/** Writes a text for each match of a pattern in a token. */
export function readReplaceDecoder(section: unknown, runsWithin: TimeLimit): Decoder {
  const { pattern, content } = parseSection(schema, section, 'decoder');
  const replace = replacing(readPattern(pattern, runsWithin), content);
  const start = () => eachToken(replace);
  // One character is found in parts of a token as in the whole.
  const single = 'String' in pattern && [...pattern.String].length === 1;
  return single ? { start, startParts: start } : { start };
}
