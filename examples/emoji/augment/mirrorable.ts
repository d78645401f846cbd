import type { Emoji } from '../data/vocabulary.ts';

/** Subgroups of signs, type and dials, which read one way. */
const ONE_WAY = new Set([
  ...[
    'arrow',
    'alphanum',
    'keycap',
    'math',
    'punctuation',
    'currency',
    'av-symbol',
    'transport-sign',
    'zodiac',
  ],
  ...['religion', 'time', 'gender', 'warning', 'hotel', 'other-symbol', 'money', 'music', 'game'],
]);

/** Whether an emoji means the same in a mirror: not arrows, letters or clocks, nor what is named for its side. */
export function isMirrorable({ subgroup, words }: Pick<Emoji, 'subgroup' | 'words'>): boolean {
  return (
    !ONE_WAY.has(subgroup) &&
    !/\b(left|right|clockwise|counterclockwise|waning|waxing|first|last|facing)\b/.test(words.name)
  );
}
