import { stat } from 'node:fs/promises';
import { readRegularFile } from '../../../../artifact/read-regular-file.ts';
import { UserError } from '../../../../artifact/user-error.ts';
import { LIMITS } from '../../../../dsl/limits.ts';
import type { ToxicityEngine } from '../classifier.ts';

/**
 * A baseline: a text is toxic where a word or phrase of a list stands in it, however it is meant. It knows no context, so it
 * finds harmless uses and misses what is said in other words.
 */
export const engine: ToxicityEngine = {
  takes: 'a text file with a word or phrase a line, as a baseline',
  recognises: async (path) => (await stat(path)).isFile() && !/\.(onnx|json)$/i.test(path),
  async open(path, { toxicLabel }) {
    if (toxicLabel !== undefined) {
      throw new UserError(`${path} is a list of words, which has no labels: leave --toxic-label out.`);
    }
    const text = (await readRegularFile(path, LIMITS.wordList)).toString('utf8');
    const words = text
      .split(/\r?\n/)
      .map(plain)
      .filter((line) => line.trim() !== '' && !line.startsWith(' #'));
    if (words.length === 0) throw new UserError(`${path} has no words: write one a line.`);
    return {
      title: `word list (a baseline) ${path}, ${words.length} words and phrases`,
      labels: ['in the list'],
      toxic: 0,
      score: async (texts) => texts.map((each) => [words.some((word) => plain(each).includes(word)) ? 1 : 0]),
      async [Symbol.asyncDispose]() {},
    };
  },
};

/** Words in small letters with one space around each, so that a word is not found inside of another. */
function plain(text: string): string {
  const words = text
    .normalize('NFKC')
    .toLowerCase()
    .split(/[^\p{L}\p{M}\p{N}'#*@$]+/u);
  return ` ${words.filter((word) => word !== '').join(' ')} `;
}
