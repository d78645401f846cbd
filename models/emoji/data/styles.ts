/** An artist's or company's drawings of emoji, as the package `@iconify-json/NAME` has them. */
export type Style = TrainingStyle | typeof TESTING_STYLE;

/** What training sees. NOTICE.md has their authors and licences. */
export const TRAINING_STYLES = ['noto', 'twemoji', 'fluent-emoji-flat', 'emojione'] as const;
export type TrainingStyle = (typeof TRAINING_STYLES)[number];

/** Never trained on. */
export const TESTING_STYLE = 'openmoji';
