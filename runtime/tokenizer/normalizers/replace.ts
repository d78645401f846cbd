import { z } from 'zod';
import { parseSection } from '../component.ts';
import { patternSchema, readPattern } from '../pattern.ts';
import type { Pattern } from '../piece.ts';
import type { TimeLimit } from '../time-limit.ts';
import { bounded, type Normalizer } from './normalizer.ts';

const schema = z.strictObject({ type: z.string(), pattern: patternSchema, content: z.string() });

/** Writes a text for each match of a pattern. */
export function readReplace(section: unknown, runsWithin: TimeLimit): Normalizer {
  const { pattern, content } = parseSection(schema, section, 'normalizer');
  const replace = replacing(readPattern(pattern, runsWithin), content);
  return (text) => {
    bounded(text.length);
    return replace(text);
  };
}

export function replacing(pattern: Pattern, content: string): Normalizer {
  return (text) => {
    const ranges = pattern(text);
    const matches = ranges.filter(([, , matched]) => matched).length;
    bounded(text.length + matches * content.length);
    return ranges.map(([start, end, matched]) => (matched ? content : text.slice(start, end))).join('');
  };
}
