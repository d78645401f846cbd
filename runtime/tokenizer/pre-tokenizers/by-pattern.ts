import { z } from 'zod';
import { eachCharacter, NUMERIC, PUNCTUATION, rangesOf, WHITE_SPACE, WORD } from '../characters.ts';
import { character, parseSection } from '../component.ts';
import { literal, patternSchema, readPattern } from '../pattern.ts';
import { BEHAVIOURS, inverted, type Pattern } from '../piece.ts';
import type { TimeLimit } from '../time-limit.ts';
import { inTurn, type PreTokenizer, splitting } from './pre-tokenizer.ts';

const behaviour = z.enum(BEHAVIOURS);

const split = z.strictObject({
  type: z.string(),
  pattern: patternSchema,
  behavior: behaviour,
  invert: z.boolean(),
});

export function readSplit(section: unknown, runsWithin: TimeLimit): PreTokenizer {
  const options = parseSection(split, section, 'pre_tokenizer');
  const pattern = readPattern(options.pattern, runsWithin);
  return splitting(options.invert ? inverted(pattern) : pattern, options.behavior);
}

const delimiter = z.strictObject({ type: z.string(), delimiter: character });

export function readDelimiter(section: unknown): PreTokenizer {
  const options = parseSection(delimiter, section, 'pre_tokenizer');
  return splitting(literal(options.delimiter), 'Removed');
}

const digits = z.strictObject({ type: z.string(), individual_digits: z.boolean() });

export function readDigits(section: unknown): PreTokenizer {
  const { individual_digits: single } = parseSection(digits, section, 'pre_tokenizer');
  return splitting(eachCharacter(NUMERIC), single ? 'Isolated' : 'Contiguous');
}

const punctuation = z.strictObject({ type: z.string(), behavior: behaviour.default('Isolated') });

export function readPunctuation(section: unknown): PreTokenizer {
  return splitting(eachCharacter(PUNCTUATION), parseSection(punctuation, section, 'pre_tokenizer').behavior);
}

/** Words between white space. */
export const spaceSeparated = splitting(eachCharacter(WHITE_SPACE), 'Removed');

/** Words between white space, and every sign of punctuation by itself. */
export const bertWords = inTurn([spaceSeparated, splitting(eachCharacter(PUNCTUATION), 'Isolated')]);

const wordOrSigns = new RegExp(`${WORD.source}+|(?:(?!${WORD.source})${/\P{White_Space}/u.source})+`, 'gu');

const wordOrSignsPattern: Pattern = (text) =>
  rangesOf(
    text,
    [...text.matchAll(wordOrSigns)].map(({ index, 0: { length } }) => [index, index + length]),
  );

/** Runs of letters and digits, and runs of what is neither that nor white space. */
export const wordsAndSigns = splitting(inverted(wordOrSignsPattern), 'Removed');
