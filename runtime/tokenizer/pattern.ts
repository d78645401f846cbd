import { toRegExp } from 'oniguruma-to-es';
import { z } from 'zod';
import { LIMITS } from '../../dsl/limits.ts';
import { rangesOf } from './characters.ts';
import type { Pattern } from './piece.ts';
import type { TimeLimit } from './time-limit.ts';

/** A text that is to be found as it is, or a regular expression of Oniguruma's. */
export const patternSchema = z.union([
  z.strictObject({ String: z.string() }),
  z.strictObject({ Regex: z.string() }),
]);

export type PatternSource = z.infer<typeof patternSchema>;

/**
 * @param runsWithin bounds the time in which an expression is tried
 * @throws Error for a regular expression that cannot be read, or that takes for ever on some texts
 */
export function readPattern(source: PatternSource, runsWithin: TimeLimit): Pattern {
  return 'String' in source ? literal(source.String) : regularExpression(source.Regex, runsWithin);
}

/** All places of a text that is to be found as it is. */
export function literal(wanted: string): Pattern {
  return matching((text, from) => {
    const start = text.indexOf(wanted, from);
    return start < 0 ? undefined : [start, start + wanted.length];
  });
}

function regularExpression(source: string, runsWithin: TimeLimit): Pattern {
  if (source.length > LIMITS.tokenizerPattern.most)
    throw new Error(
      `a regular expression has ${source.length} characters, of ${LIMITS.tokenizerPattern.most} at most`,
    );
  let expression: RegExp;
  try {
    // What can never match keeps "ignore case" of a group to that group: it would be made a flag of the whole.
    expression = toRegExp(`(?:${source})|(?!)k`, { global: true, target: 'ES2024' });
  } catch (error) {
    throw new Error(
      `its regular expression '${source.slice(0, 100)}' cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const pattern = matching((text, from) => {
    expression.lastIndex = from;
    const found = expression.exec(text);
    return found === null ? undefined : [found.index, found.index + found[0].length];
  });
  refuseCatastrophic(source, pattern, runsWithin);
  return pattern;
}

/** All matches, as Rust's binding of Oniguruma finds them: none that is empty where another has just ended. */
function matching(next: (text: string, from: number) => readonly [number, number] | undefined): Pattern {
  return (text) => {
    if (text === '') return [];
    const matches: (readonly [number, number])[] = [];
    let from = 0;
    let lastEnd = -1;
    while (from <= text.length) {
      const found = next(text, from);
      if (found === undefined) break;
      const [start, end] = found;
      if (start === end && end === lastEnd) {
        from += (text.codePointAt(from) ?? 0) > 0xffff ? 2 : 1;
        continue;
      }
      from = end;
      lastEnd = end;
      matches.push(found);
    }
    return rangesOf(text, matches);
  };
}

/** Milliseconds that a harmless expression never needs for the texts that are tried. */
const TRIAL = 2000;

/**
 * Tries an expression on runs of each of its characters, each ended by another: that is where repetition within
 * repetition takes exponential time, and to say so now is better than to stop an encoding later.
 */
function refuseCatastrophic(source: string, pattern: Pattern, runsWithin: TimeLimit): void {
  if (!/[*+{]/.test(source)) return;
  const characters = [...new Set([...'a1 .\n', ...source.replace(/\\./gu, '')])].slice(0, 24);
  const ends = ['\u0001', '\n!', ...characters];
  const runs = characters.flatMap((each) => ends.map((end) => each.repeat(48) + end));
  const finished = runsWithin(TRIAL, () => {
    for (const run of runs) pattern(run);
  });
  if (!finished)
    throw new Error(
      `its regular expression '${source.slice(0, 100)}' takes exponential time on some texts: write it without repetition within repetition`,
    );
}
