/** Red, green and blue from 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** The colours that words are written in, by the words for them. */
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

/** Words that name no colour, as long as those that do. */
export const ORDINARY_WORDS = [
  ...['cat', 'dog', 'sun', 'key'],
  ...['bird', 'fish', 'tree', 'moon'],
  ...['apple', 'chair', 'house', 'river'],
  ...['bottle', 'garden', 'guitar', 'window'],
] as const;

/** What cannot be read, as long as words are. */
export const NON_WORDS = ['xxx', 'xxxx', 'xxxxx', 'xxxxxx'] as const;

/** All that is drawn. */
export const ALL_TEXTS: readonly string[] = [...COLOUR_NAMES, ...ORDINARY_WORDS, ...NON_WORDS];
