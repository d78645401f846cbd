/** Red, green and blue from 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** The colours that are asked for, by the words for them. */
export const COLOURS = {
  red: [220, 30, 35],
  orange: [245, 140, 20],
  yellow: [225, 205, 10],
  green: [30, 150, 50],
  blue: [35, 70, 215],
  purple: [125, 45, 165],
  pink: [245, 130, 180],
  brown: [120, 70, 35],
} as const satisfies Readonly<Record<string, Rgb>>;
export type Colour = keyof typeof COLOURS;

/** What words are written in: a colour, or black, which nobody asks for. */
export const INKS = { ...COLOURS, black: [30, 30, 30] } as const satisfies Readonly<Record<string, Rgb>>;
export type Ink = keyof typeof INKS;

export const COLOUR_NAMES: readonly Colour[] = [
  'red',
  'orange',
  'yellow',
  'green',
  'blue',
  'purple',
  'pink',
  'brown',
];

export const INK_NAMES: readonly Ink[] = [...COLOUR_NAMES, 'black'];

/** Words that name no colour, as long as those that do. */
export const ORDINARY_WORDS = [
  ...['cat', 'dog', 'sun', 'key', 'egg', 'box'],
  ...['bird', 'fish', 'tree', 'moon', 'lamp', 'wolf'],
  ...['apple', 'chair', 'house', 'river', 'grape', 'bread'],
  ...['bottle', 'garden', 'guitar', 'window', 'basket', 'pillow'],
] as const;

/** What cannot be read, as long as words are. */
export const NON_WORDS = ['xxx', 'xxxx', 'xxxxx', 'xxxxxx'] as const;

/** Fewest and most letters of what is written. */
export const LETTERS_OF_A_TEXT = [3, 6] as const;

/** All that is drawn, but for letters at random. */
export const ALL_TEXTS: readonly string[] = [...COLOUR_NAMES, ...ORDINARY_WORDS, ...NON_WORDS];
