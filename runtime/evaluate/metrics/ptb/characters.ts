/** Parts of regular expressions with the flag `u`: which characters the tokenizer knows. */
const LETTERS =
  '\\p{L}\\p{M}\\u00AD\\u02C2-\\u02C5\\u02D2-\\u02DF\\u02E5-\\u02EB\\u02ED\\u02EF-\\u02FF\\u055A-\\u055F';
const DIGITS = '\\p{Nd}';

/**
 * What it never knows: everything beyond the basic multilingual plane, emoji for the most part, and marks of scripts that
 * came later.
 */
export const UNKNOWN = /[\u{10000}-\u{10FFFF}]|(?![\u0300-\u0487\u0591-\u0ECD])\p{M}/gu;

/** A letter, a mark that belongs to one, or a soft hyphen, which is left out afterwards. */
export const LETTER = `[${LETTERS}]`;

export const DIGIT = `[${DIGITS}]`;

/** A letter or a digit. */
export const ALPHANUMERIC = `[${LETTERS}${DIGITS}]`;

/** The same with what may stand between them where hyphens join words. */
export const ALPHANUMERIC_OR_STOP = '[A-Za-z0-9.,]';

/** What may stand for an apostrophe within a word. */
export const APOSTROPHE = "['\\u2019\\u0092]";

/** The same before the `t` of `n't`. */
export const LOOSE_APOSTROPHE = "['`\\u2018\\u2019\\u201B\\u0091\\u0092]";

/** Signs that are tokens of their own. */
export const SYMBOL =
  '[\\u00A1\\u00A5-\\u00A9\\u00AC\\u00AE-\\u00B4\\u00B6-\\u00B9\\u00BF\\u00D7\\u00F7\\u037E\\u0387\\u0589\\u05BE\\u05C0\\u05C3\\u05C6' +
  '\\u05F3\\u05F4\\u0600-\\u0603\\u0606-\\u060C\\u0614\\u061B\\u061E\\u061F\\u066A\\u066D\\u06D4\\u0700-\\u070D\\u07F6-\\u07F8' +
  '\\u0964\\u0965\\u0E3F\\u0E4F\\u1FBD\\u2016\\u2017\\u201A\\u201E-\\u2023\\u2030-\\u2038\\u203B\\u203E-\\u2042\\u2044\\u2070\\u2074-\\u207E' +
  '\\u2080-\\u208E\\u20A4\\u2100\\u2101\\u2103-\\u2106\\u2108\\u2109\\u2114\\u2116-\\u2118\\u211E-\\u2123\\u2125\\u2127\\u2129' +
  '\\u212E\\u213A\\u213B\\u2140-\\u2144\\u214A-\\u214D\\u214F\\u2155-\\u215E\\u2190-\\u2BFF\\u3001-\\u3002\\u3012\\u30FB' +
  '\\uFF01-\\uFF0F\\uFF1A-\\uFF20\\uFF3B-\\uFF40\\uFF5B-\\uFF65\\uFFE0\\uFFE1\\uFFE5\\uFFE6]';
