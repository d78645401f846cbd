import { ABBREVIATION, ABBREVIATION_BEFORE_NUMBER } from './abbreviations.ts';
import {
  ALPHANUMERIC,
  ALPHANUMERIC_OR_STOP,
  APOSTROPHE,
  DIGIT,
  LETTER,
  LOOSE_APOSTROPHE,
  SYMBOL,
} from './characters.ts';

/** One kind of token. */
export interface Rule {
  /**
   * Matches where the tokenizer stands. Its first group is the token where it has one: what the pattern takes beyond it
   * must follow, counts when the longest match is sought, and is read again.
   */
  readonly pattern: RegExp;
  /** The tokens that the matched text stands for, instead of the text itself. */
  readonly tokens?: (text: string) => readonly string[];
}

const rule = (pattern: string, tokens?: (text: string) => readonly string[], flags = ''): Rule => ({
  pattern: new RegExp(pattern, `uy${flags}`),
  ...(tokens !== undefined && { tokens }),
});
const as = (token: string) => () => [token];
const plainApostrophe = (text: string) => [text.replaceAll(/[\u2019\u0092]/g, "'")];
const withoutSoftHyphens = (text: string) => [text === '\u00AD' ? '-' : text.replaceAll('\u00AD', '')];
/** Brackets within a token; its spaces must not look like those between tokens. */
const bracketed = (text: string) => [
  text.replaceAll('(', '-LRB-').replaceAll(')', '-RRB-').replaceAll(' ', '\u00A0'),
];
const splitAfter = (length: number) => (text: string) => [text.slice(0, length), text.slice(length)];

/** Parts of addresses are no longer: what looks like one for longer is read in linear time nevertheless. */
const MOST = 300;

const NUMBER = `(?:${DIGIT}*(?:[.:,\\u066B\\u066C\\u2010\\u2011\\u058A]${DIGIT}+)+|${DIGIT}+)`;
/** `s`, `ll` and the like, that shorten a verb or mark a genitive. */
const ENDING = `${APOSTROPHE}(?:[msd]|re|ve|ll)`;
const NOT = `n${LOOSE_APOSTROPHE}t`;
const ACRONYM = '[A-Za-z](?:\\.[A-Za-z])+';
/** What precedes an ending: a word, possibly of parts that full stops join. */
const JOINED_WORD = `${LETTER}${ALPHANUMERIC}*(?:[.!?]${LETTER}${ALPHANUMERIC}*)*`;
const WORD = `(?:${JOINED_WORD}|${ALPHANUMERIC}+)`;
const SLASH_PART = '[A-Za-z0-9]+(?:-[A-Za-z]+){0,2}';
const HYPHENATED = `(?:[A-Za-z0-9]${ALPHANUMERIC_OR_STOP}{0,${MOST}}|${ALPHANUMERIC}+)(?:-(?:${ACRONYM}\\.|${ALPHANUMERIC}+))+`;
const UNDERSCORED = `${ALPHANUMERIC}+(?:[_\\-]${ALPHANUMERIC}+)+`;
const WITHOUT_SPACE = '[^ \\t\\n\\f\\r\\u00A0"<>\\|\\(\\)]';
const LOCAL_PART = '[^ \\t\\n\\f\\r"<>\\|\\(\\)\\u00A0\\{\\}]';
const DOMAIN_PART = '[^ \\t\\n\\f\\r"<>\\|\\(\\)\\{\\}.\\u00A0]';
const END_OF_ADDRESS = '[^ \\t\\n\\f\\r\\u00A0"<>\\|.!?\\(\\)\\{\\},\\-]';
const PART_OF_HOST = '[^ \\t\\n\\f\\r\\u00A0"`\'<>\\|!?\\(\\)\\{\\}$,\\-._\\/0-9:;=@A-Z\\[\\]\\\\\\^]';
const ATTRIBUTE = '[A-Za-z][A-Za-z0-9:.\\-]*(?: *= *(?:"[^"\\r\\n]*"|\'[^\'\\r\\n]*\'))?';

const TAG = `<\\/?[A-Za-z][A-Za-z0-9:.\\-]*(?: +${ATTRIBUTE})* *\\/?>`;
const BEGINNINGS =
  'A About According Additionally After An As At But Earlier He Her Here However If In It Last Many More Now Once One Other ' +
  'Our She Since So Some Such That The Their Then There These They This We What When While Yet You';
/** What shows that a sentence ended before it, so that a full stop there belongs to no single letter. */
const SENTENCE_BEGINNING = `(?:(?:${BEGINNINGS.split(' ')
  .flatMap((word) => [word, word.toUpperCase()])
  .join('|')})(?![A-Za-z0-9])|M[rs]\\.)`;

/** In the order that decides between matches of the same length. */
export const RULES: readonly Rule[] = [
  rule('cannot|gimme|gonna|gotta|lemme|wanna', splitAfter(3), 'i'),
  rule(`(${APOSTROPHE}t)(?:is|was)`, plainApostrophe, 'i'),
  rule('<[!?][A-Za-z\\-][^>\\r\\n]*>', (text) => [text.replaceAll(' ', '\u00A0')]),
  rule(TAG, (text) => [text.replaceAll(' ', '\u00A0')]),
  rule('[\\u0096\\u0097\\u2013-\\u2015]|&(?:MD|mdash|ndash);', as('--')),
  rule('&amp;', as('&'), 'i'),
  rule('&lt;', as('<'), 'i'),
  rule('&gt;', as('>'), 'i'),
  rule('&nbsp;', () => [], 'i'),
  rule('&quot;', as("''"), 'i'),
  rule('&apos;', as("'"), 'i'),
  rule('&#[0-9]+;'),
  rule(`(${ENDING})[^A-Za-z]`, plainApostrophe, 'i'),
  rule(`(${NOT})[^A-Za-z]`, plainApostrophe, 'i'),
  rule(
    `(${JOINED_WORD}|${ALPHANUMERIC}+|${UNDERSCORED}|[A-Z]+(?:[&+][A-Z]+)+)${ENDING}`,
    withoutSoftHyphens,
    'i',
  ),
  rule(`([A-Za-z]*[A-MO-Za-mo-z])${NOT}`, undefined, 'i'),
  rule(`${NOT}[A-Za-z]+`, plainApostrophe, 'i'),
  rule(WORD, withoutSoftHyphens),
  rule(
    `n${APOSTROPHE}${LETTER}${ALPHANUMERIC}+|[dlo]${APOSTROPHE}${ALPHANUMERIC}{2,}(?:-${ALPHANUMERIC}+)*`,
    plainApostrophe,
    'i',
  ),
  rule(`[A-Za-z]+[AEIOUYaeiouy]${APOSTROPHE}[aeiouA-Z][A-Za-z]*`, plainApostrophe),
  rule(`(?:[djl]|ol|dunkin|somethin)${APOSTROPHE}`, plainApostrophe, 'i'),
  rule(`${APOSTROPHE}n${APOSTROPHE}?|${APOSTROPHE}(?:em|till?|cause)`, plainApostrophe, 'i'),
  rule(
    `e${APOSTROPHE}er|c${APOSTROPHE}mon|ev${APOSTROPHE}ry|li${APOSTROPHE}l|nat${APOSTROPHE}l`,
    plainApostrophe,
    'i',
  ),
  rule(`(y${APOSTROPHE})[A-Za-z]`, plainApostrophe, 'i'),
  rule("(['\\u2018\\u2019\\u201B\\u0091\\u0092])[A-Za-z][^ \\t\\n\\r\\u00A0]", as("'")),
  rule(`${APOSTROPHE}[2-9]0s`, plainApostrophe, 'i'),
  rule(`(${APOSTROPHE}[0-9]{2})[ \\t\\n\\u00A0]`, plainApostrophe),
  rule(`https?:\\/\\/${WITHOUT_SPACE}{1,${MOST}}${END_OF_ADDRESS}`),
  rule(
    `(?:www\\.(?:${PART_OF_HOST}{1,${MOST}}\\.){1,20}[A-Za-z]{2,4}|(?:${PART_OF_HOST}{1,${MOST}}\\.){1,20}(?:com|net|org|edu))(?:\\/${WITHOUT_SPACE}{1,${MOST}}${END_OF_ADDRESS})?`,
  ),
  rule(
    `<?[A-Za-z0-9]${LOCAL_PART}{0,${MOST}}@(?:${DOMAIN_PART}{1,${MOST}}\\.){0,20}${DOMAIN_PART}{1,${MOST}}>?`,
  ),
  rule(`@[A-Za-z_][A-Za-z_0-9]*|#${LETTER}+`),
  rule(`[\\-+]?${NUMBER}`),
  rule('(?:[0-9]{1,4}[\\- \\u00A0])?[0-9]{1,4}(?:\\\\?\\/|\\u2044)[0-9]{1,4}', (text) => [
    text.replaceAll(' ', '\u00A0'),
  ]),
  rule(
    '(?:\\([0-9]{2,3}\\)[ \\u00A0]?|(?:\\+\\+?)?(?:[0-9]{2,4}[\\- \\u00A0])?[0-9]{2,4}[\\- \\u00A0])[0-9]{3,4}[\\- \\u00A0]?[0-9]{3,5}' +
      '|(?:(?:\\+\\+?)?[0-9]{2,4}\\.)?[0-9]{2,4}\\.[0-9]{3,4}\\.[0-9]{3,5}',
    bracketed,
  ),
  rule(`${SLASH_PART}(?:\\\\?\\/${SLASH_PART}){1,2}`),
  rule(HYPHENATED, withoutSoftHyphens),
  rule(UNDERSCORED, withoutSoftHyphens),
  rule('[A-Z]+(?:[&+][A-Z]+)+'),
  rule(`${ACRONYM}\\.?|[A-Za-z]\\.`),
  rule(ABBREVIATION),
  rule(`((?:${WORD}|${HYPHENATED}|${UNDERSCORED})\\.)[,;:]`, withoutSoftHyphens),
  rule(`([A-Za-z])\\.[ \\t\\n\\u00A0]+(?:${SENTENCE_BEGINNING}|${TAG})`),
  rule(`(${ABBREVIATION_BEFORE_NUMBER})[ \\t\\u00A0]?[0-9]`),
  rule('[A-Z]*\\$|#+'),
  rule('[\\u0080\\u00A4\\u20A0\\u20AC]', as('$')),
  rule('\\u00A3', as('#')),
  rule('\\u00A2', as('cents')),
  rule('\\u00BC', as('1/4')),
  rule('\\u00BD', as('1/2')),
  rule('\\u00BE', as('3/4')),
  rule('\\u2153', as('1/3')),
  rule('\\u2154', as('2/3')),
  rule("([<>]?[:;=][\\-o*']?[\\(\\)DPdpO\\\\\\{@\\|\\[\\]])[^A-Za-z0-9]", bracketed),
  rule("[\\^x=~<>'\\-]_[\\^x=~<>'\\-]|\\([\\^x=~<>'\\-](?:[_.]?[\\^x=~<>'\\-]|-[\\^x=~<>'`])\\)", bracketed),
  rule('\\(', as('-LRB-')),
  rule('\\)', as('-RRB-')),
  rule('\\[', as('-LSB-')),
  rule('\\]', as('-RSB-')),
  rule('\\{', as('-LCB-')),
  rule('\\}', as('-RCB-')),
  rule('\\.{3,5}|(?:\\. ){2,4}\\.|\\u2026', as('...')),
  rule('[?!]+'),
  rule('-{5,}'),
  rule('-{2,4}', as('--')),
  rule("[\"\\u201C\\u201D\\u0093\\u0094\\u00AB\\u00BB]|''|\\u2019{2}|``", as("''")),
  rule("['`\\u2018\\u2019\\u201B\\u0091\\u0092\\u2039\\u203A]", as("'")),
  rule('[*]+|_+|@+|<<|>>'),
  rule(`[.,;:\\-&%+=<>~\\^\\|\\\\\\/]|${SYMBOL}`),
];
