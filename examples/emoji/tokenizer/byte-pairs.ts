import { BYTE_CHARACTERS, byteCharacters } from '../../../models/tokenizers/byte-alphabet.ts';

/** Two neighbouring tokens that become one. */
export type Merge = readonly [left: string, right: string];

/** A word as its tokens so far, and how often it occurs. */
interface Word {
  tokens: string[];
  readonly count: number;
}

/**
 * Learns byte-level byte-pair encoding (Sennrich et al. 2016): again and again the commonest pair of neighbouring
 * tokens becomes a token. Equally common pairs are taken in the order of their characters, so that the same words give
 * the same merges.
 *
 * @param counts words, each with a space before it where it has one, and how often they occur
 * @param size tokens wanted, the 256 bytes among them; fewer where every word has become one token
 * @returns the merges in order
 */
export function learnMerges(counts: ReadonlyMap<string, number>, size: number): Merge[] {
  const words = [...counts].map(([text, count]): Word => ({ tokens: byteCharacters(text), count }));
  const pairs = new PairCounts(words);
  const merges: Merge[] = [];
  while (merges.length < size - BYTE_CHARACTERS.length) {
    const merge = pairs.commonest();
    if (merge === undefined) break;
    merges.push(merge);
    pairs.apply(merge);
  }
  return merges;
}

/** How often each pair occurs, and in which words. */
class PairCounts {
  readonly #counts = new Map<string, number>();
  readonly #words = new Map<string, Set<Word>>();

  constructor(words: readonly Word[]) {
    for (const word of words) this.#add(word, 1);
  }

  commonest(): Merge | undefined {
    let best: string | undefined;
    let most = 0;
    for (const [pair, count] of this.#counts) {
      if (count > most || (count === most && best !== undefined && pair < best)) [best, most] = [pair, count];
    }
    const [left, right] = best?.split(' ') ?? [];
    return left === undefined || right === undefined ? undefined : [left, right];
  }

  apply([left, right]: Merge): void {
    for (const word of [...(this.#words.get(`${left} ${right}`) ?? [])]) {
      this.#add(word, -1);
      word.tokens = mergeTokens(word.tokens, left, right);
      this.#add(word, 1);
    }
  }

  /** Counts the pairs of a word in (1) or out (-1). No byte stands for itself as a space, so a space can part a pair. */
  #add(word: Word, sign: 1 | -1): void {
    for (const [place, left] of word.tokens.slice(0, -1).entries()) {
      const pair = `${left} ${word.tokens[place + 1]}`;
      const count = (this.#counts.get(pair) ?? 0) + sign * word.count;
      if (count > 0) this.#counts.set(pair, count);
      else this.#counts.delete(pair);
      const words = this.#words.get(pair) ?? new Set();
      this.#words.set(pair, words);
      if (sign > 0) words.add(word);
      else words.delete(word);
    }
  }
}

function mergeTokens(tokens: readonly string[], left: string, right: string): string[] {
  const merged: string[] = [];
  for (let place = 0; place < tokens.length; place += 1) {
    const token = tokens[place] ?? '';
    const joins = token === left && tokens[place + 1] === right;
    merged.push(joins ? left + right : token);
    if (joins) place += 1;
  }
  return merged;
}
