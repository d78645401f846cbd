import { pythonWords } from './python-text.ts';

/** The longest sequences of words that captions are compared by. */
export const LONGEST_N_GRAM = 4;

/** How often each sequence of up to four words occurs. */
export interface NGrams {
  readonly words: number;
  /** By length: the first has single words. Words are joined by a space, which none contains. */
  readonly counts: readonly ReadonlyMap<string, number>[];
}

export function nGramsOf(text: string): NGrams {
  const words = pythonWords(text);
  const counts = Array.from({ length: LONGEST_N_GRAM }, (_, index) => {
    const found = new Map<string, number>();
    for (let end = index + 1; end <= words.length; end += 1) {
      const nGram = words.slice(end - index - 1, end).join(' ');
      found.set(nGram, (found.get(nGram) ?? 0) + 1);
    }
    return found;
  });
  return { words: words.length, counts };
}
