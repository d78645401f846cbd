import { pythonWords } from '../python-text.ts';

const WORD = '[\\p{L}\\p{N}_]';
const BEFORE = `(?<!${WORD})`;
const AFTER = `(?!${WORD})`;

const contraction = (first: string, second: string, after = AFTER): readonly [RegExp, string] => [
  new RegExp(`${BEFORE}(${first})(${second})${after}`, 'giu'),
  ' $1 $2 ',
];

/** What sets signs and parts of words apart, in this order. */
const BEFORE_PADDING: readonly (readonly [RegExp, string])[] = [
  [/([«“‘„]|`+)/gu, ' $1 '],
  [/^"/gu, '``'],
  [/(``)/gu, ' $1 '],
  [/([ ([{<])("|'{2})/gu, '$1 `` '],
  [new RegExp(`(?<!${WORD})(')(?!(?:re|ve|ll|m|t|s|d|n)${AFTER})(?=${WORD})`, 'giu'), '$1 '],
  [/([^.])(\.)([\])}>"' »”’]*)\s*$/gu, '$1 $2 $3 '],
  [/([:,])([^\p{Nd}])/gu, ' $1 $2'],
  [/([:,])$/gu, ' $1 '],
  [/\.{2,}/gu, ' $& '],
  [/[;@#$%&]/gu, ' $& '],
  [/[\u2012-\u2015]/gu, ' $& '],
  [/([^.])(\.)([\])}>"']*)\s*$/gu, '$1 $2$3 '],
  [/[?!]/gu, ' $& '],
  [/([^'])' /gu, "$1 ' "],
  [/[*]/gu, ' $& '],
  [/[\][(){}<>]/gu, ' $& '],
  [/--/gu, ' -- '],
];

const AFTER_PADDING: readonly (readonly [RegExp, string])[] = [
  [/([»”’])/gu, ' $1 '],
  [/''/gu, " '' "],
  [/"/gu, " '' "],
  [/\s+/gu, ' '],
  [/([^' ])('[sS]|'[mM]|'[dD]|') /gu, '$1 $2 '],
  [/([^' ])('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) /gu, '$1 $2 '],
  contraction('can', 'not'),
  contraction('d', "'ye"),
  contraction('gim', 'me'),
  contraction('gon', 'na'),
  contraction('got', 'ta'),
  contraction('lem', 'me'),
  contraction('more', "'n"),
  contraction('wan', 'na', '(?=\\s)'),
  [new RegExp(` ('t)(is)${AFTER}`, 'giu'), ' $1 $2 '],
  [new RegExp(` ('t)(was)${AFTER}`, 'giu'), ' $1 $2 '],
];

/** The tokens of one sentence as NLTK's `NLTKWordTokenizer` finds them. */
export function wordTokens(sentence: string): readonly string[] {
  const apart = BEFORE_PADDING.reduce((text, [pattern, by]) => text.replace(pattern, by), sentence);
  return pythonWords(AFTER_PADDING.reduce((text, [pattern, by]) => text.replace(pattern, by), ` ${apart} `));
}
