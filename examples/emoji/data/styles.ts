/** An artist's or company's drawings of emoji, as the package `@iconify-json/NAME` has them. */
export type Style = TrainingStyle | typeof TESTING_STYLE;

/** What training sees most of: artists who have drawn nearly every emoji, in colour. */
export const MAIN_STYLES = ['noto', 'twemoji', 'fluent-emoji-flat', 'emojione'] as const;

/**
 * What training sees. The others have drawn fewer emoji or without colour; each is one more hand to see through.
 * NOTICE.md has their authors and licences.
 */
export const TRAINING_STYLES = [
  ...MAIN_STYLES,
  'noto-v1',
  'fxemoji',
  'streamline-emojis',
  'emojione-monotone',
  'fluent-emoji-high-contrast',
] as const;
export type TrainingStyle = (typeof TRAINING_STYLES)[number];

/** Never trained on. */
export const TESTING_STYLE = 'openmoji';
