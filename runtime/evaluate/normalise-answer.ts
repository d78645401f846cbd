const ARTICLES = new Set(['a', 'an', 'the']);

const NUMBERS = new Map(
  ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'].map(
    (word, value) => [word, String(value)],
  ),
);

/**
 * An answer without what makes no difference: case, articles, punctuation, apostrophes, extra spaces, and small numbers
 * in words or digits. As the VQA evaluation does (Antol et al. 2015), except that contractions lose their apostrophe
 * instead of gaining a missing one, and that accents and all scripts are kept.
 */
export function normaliseAnswer(text: string): string {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replace(/(?<=\d),(?=\d)/g, '')
    .replace(/['’`]/g, '')
    .replace(/(?<!\d)\.|\.(?!\d)|[^\p{L}\p{M}\p{N}\s.]/gu, ' ')
    .split(/\s+/)
    .filter((word) => word !== '' && !ARTICLES.has(word))
    .map((word) => NUMBERS.get(word) ?? word)
    .join(' ');
}
