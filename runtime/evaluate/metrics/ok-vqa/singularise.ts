/** Words that are the same in the plural, and whatever ends in one of them as a word. */
const UNCOUNTABLE =
  /(?<![\p{L}\p{N}_])(?:equipment|fish|information|jeans|money|rice|series|sheep|species)$/iu;

/** How a plural ends and what its singular has instead, the first that fits counting. */
const RULES: readonly (readonly [plural: RegExp, singular: string])[] = [
  [/(z)ombies$/i, '$1ombie'],
  [/(k)ine$/, 'cow'],
  [/(m)oves$/i, '$1ove'],
  [/(s)exes$/i, '$1ex'],
  [/(c)hildren$/i, '$1hild'],
  [/(h)umans$/i, '$1uman'],
  [/(m)en$/i, '$1an'],
  [/(p)eople$/i, '$1erson'],
  [/(database)s$/i, '$1'],
  [/(quiz)zes$/i, '$1'],
  [/(matr)ices$/i, '$1ix'],
  [/(vert|ind)ices$/i, '$1ex'],
  [/(passer)sby$/i, '$1by'],
  [/^(ox)en/i, '$1'],
  [/(alias|status)(?:es)?$/i, '$1'],
  [/(octop|vir)(?:us|i)$/i, '$1us'],
  [/^(a)x[ie]s$/i, '$1xis'],
  [/(cris|test)(?:is|es)$/i, '$1is'],
  [/(shoe)s$/i, '$1'],
  [/(o)es$/i, '$1'],
  [/(bus)(?:es)?$/i, '$1'],
  [/(m|l)ice$/i, '$1ouse'],
  [/(x|ch|ss|sh)es$/i, '$1'],
  [/(m)ovies$/i, '$1ovie'],
  [/(s)eries$/i, '$1eries'],
  [/([^aeiouy]|qu)ies$/i, '$1y'],
  [/([lr])ves$/i, '$1f'],
  [/(tive)s$/i, '$1'],
  [/(hive)s$/i, '$1'],
  [/([^f])ves$/i, '$1fe'],
  [/(t)he(?:sis|ses)$/i, '$1hesis'],
  [/(s)ynop(?:sis|ses)$/i, '$1ynopsis'],
  [/(p)rogno(?:sis|ses)$/i, '$1rognosis'],
  [/(p)arenthe(?:sis|ses)$/i, '$1arenthesis'],
  [/(d)iagno(?:sis|ses)$/i, '$1iagnosis'],
  [/(b)a(?:sis|ses)$/i, '$1asis'],
  [/(a)naly(?:sis|ses)$/i, '$1nalysis'],
  [/([ti])a$/i, '$1um'],
  [/(n)ews$/i, '$1ews'],
  [/(ss)$/i, '$1'],
  [/s$/i, ''],
];

/** The singular of an English noun by the rules of Ruby on Rails, as Python's `inflection` 0.5.1 has them. */
export function singularise(word: string): string {
  if (UNCOUNTABLE.test(word)) return word;
  const rule = RULES.find(([plural]) => plural.test(word));
  return rule === undefined ? word : word.replace(rule[0], rule[1]);
}
