import { createHash } from 'node:crypto';
import type { Random } from '../random.ts';

const ONSETS = 'b d f g h j k l m n p r s t v w z bl br dr fl gl gr kl pl sk sn sp st tr'.split(' ');
const VOWELS = 'a e i o u'.split(' ');
const CODAS = ['', '', '', ...'b d f g k l m n p r s t x'.split(' ')];

/** Training and testing have no word in common. */
export type WordUse = 'training' | 'testing';

/** Different words of two or three syllables that can be pronounced and mean nothing, as `glomu` or `takizor`. */
export function madeUpWords(random: Random, count: number, use: WordUse = 'training'): string[] {
  const words = new Set<string>();
  while (words.size < count) {
    const word = syllables(random);
    if (useOf(word) === use) words.add(word);
  }
  return [...words];
}

function syllables(random: Random): string {
  const count = random.chance(0.75) ? 2 : 3;
  return Array.from({ length: count }, (_, place) => {
    const coda = place === count - 1 || random.chance(0.25) ? random.pick(CODAS) : '';
    return random.pick(ONSETS) + random.pick(VOWELS) + coda;
  }).join('');
}

/** One word in ten is for testing. */
function useOf(word: string): WordUse {
  return (createHash('sha256').update(word).digest()[0] ?? 0) < 26 ? 'testing' : 'training';
}
