import type { Random } from './random.ts';

/** The longest text that is made of another. */
const LONGEST = 2 ** 18;

/**
 * One of the texts with words and signs removed, repeated, exchanged or nested.
 *
 * @param words further words to put in
 */
export function mutateText(random: Random, texts: readonly string[], words: readonly string[]): string {
  let parts: readonly string[] = random.pick(texts).match(/[A-Za-z0-9_]+|\s+|./gsu) ?? [];
  for (let count = 1 + random.length(8); count > 0; count--) {
    const place = random.below(parts.length + 1);
    const end = place + random.length(Math.max(1, parts.length - place));
    const change = random.below(7);
    if (change === 0) parts = parts.toSpliced(place, end - place);
    else if (change === 1) parts = parts.toSpliced(place, 0, ...parts.slice(place, end));
    else if (change === 2) parts = parts.toSpliced(place, 1, random.pick(words));
    else if (change === 3) parts = parts.toSpliced(place, 0, random.pick(words));
    else if (change === 4) parts = parts.toSpliced(place, 0, random.pick(words).repeat(random.length(2_000)));
    else if (change === 5) {
      const [open, close] = random.pick([
        ['(', ')'],
        ['[', ']'],
        ['a(', ')'],
        ['"', '"'],
      ] as const);
      const depth = 1 + random.length(1_000);
      parts = [
        ...parts.slice(0, place),
        open.repeat(depth),
        ...parts.slice(place, end),
        close.repeat(depth),
        ...parts.slice(end),
      ];
    } else {
      const repeated = parts.slice(place, end).join('');
      const times = Math.min(random.length(1_000), Math.floor(LONGEST / (repeated.length + 1)));
      parts = [...parts.slice(0, end), repeated.repeat(times), ...parts.slice(end)];
    }
  }
  return parts.join('').slice(0, LONGEST);
}
