/** The small model that `models/emoji/recipes` train: few-shot questions about pictures of emoji. */
export { default } from '../emoji/emoji.ts';
