import type { Pattern, Range } from './piece.ts';

/** `char::is_whitespace` of Rust. */
export const WHITE_SPACE = /\p{White_Space}/u;

/** `\w` of Rust's `regex`: UTS 18, annex C. */
export const WORD = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;

/** `char::is_numeric` of Rust. */
export const NUMERIC = /\p{N}/u;

/** Punctuation as BERT has it: every ASCII character that is neither letter, digit nor control, and Unicode's. */
export const PUNCTUATION = /[!-/:-@[-`{-~\p{P}]/u;

/** A pattern that matches each character of a kind by itself. */
export function eachCharacter(kind: RegExp): Pattern {
  const expression = new RegExp(kind.source, 'gu');
  return (text) =>
    rangesOf(
      text,
      [...text.matchAll(expression)].map(({ index, 0: { length } }) => [index, index + length]),
    );
}

/** The ranges of a text, of its matches in order. */
export function rangesOf(text: string, matches: readonly (readonly [start: number, end: number])[]): Range[] {
  const ranges: Range[] = [];
  let from = 0;
  for (const [start, end] of matches) {
    if (start > from) ranges.push([from, start, false]);
    ranges.push([start, end, true]);
    from = end;
  }
  if (from < text.length) ranges.push([from, text.length, false]);
  return ranges;
}

/** The text with halves of surrogate pairs, which no UTF-8 has, as U+FFFD. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}
