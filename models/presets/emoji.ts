/** The small model that ships with its weights: few-shot questions about pictures, trained on emoji. */
export { default } from '../emoji/emoji.ts';
