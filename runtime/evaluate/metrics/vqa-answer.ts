import { pythonWords } from './python-text.ts';
import { CONTRACTIONS } from './vqa-contractions.ts';

const PUNCTUATION = [...';/[]"{}()=+\\_-><@`,?!'];
const COMMA_IN_NUMBER = /\p{Nd},\p{Nd}/u;
const FULL_STOP = /\.(?!\p{Nd})/gu;
/** The original hands a flag where the number of replacements is expected: further full stops stay. */
const MOST_FULL_STOPS = 32;
const ARTICLES = new Set(['a', 'an', 'the']);
const NUMBERS = new Map(
  ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']
    .map((word, value): [string, string] => [word, String(value)])
    .concat([['none', '0']]),
);

/**
 * An answer as the official VQA evaluation compares it (Antol et al. 2015, `vqaEval.py`): in lower case, without articles,
 * `none` and the numbers from zero to ten in digits, contractions with their apostrophes. A punctuation mark is taken out
 * where the answer has one of its kind beside a space, or a comma between digits; otherwise it becomes a space. A full stop
 * goes where no digit follows.
 */
export function normaliseVqaAnswer(text: string): string {
  const everywhere = COMMA_IN_NUMBER.test(text);
  let kept = text;
  for (const mark of PUNCTUATION) {
    const besideSpace = text.includes(`${mark} `) || text.includes(` ${mark}`);
    kept = kept.replaceAll(mark, besideSpace || everywhere ? '' : ' ');
  }
  let stops = 0;
  kept = kept.replace(FULL_STOP, (stop) => {
    stops += 1;
    return stops <= MOST_FULL_STOPS ? '' : stop;
  });
  return pythonWords(kept.toLowerCase())
    .map((word) => NUMBERS.get(word) ?? word)
    .filter((word) => !ARTICLES.has(word))
    .map((word) => CONTRACTIONS.get(word) ?? word)
    .join(' ');
}
