import { loadTrainingVocabulary } from '../data/gallery.ts';
import { GROUPS, type Language } from '../data/vocabulary.ts';
import { madeUpWords } from '../episodes/made-up-words.ts';
import { FRAMES, KIND_PROMPTS } from '../episodes/prompts.ts';
import { Random } from '../random.ts';

/** Names in these languages are answered with, so their words are to be short in tokens. */
export const ANSWER_LANGUAGES = ['es', 'fr', 'de'] as const satisfies readonly Language[];

/** Names in these are covered less closely. */
const OTHER_LANGUAGES = ['it', 'pt', 'nl', 'sv', 'pl'] as const satisfies readonly Language[];

/** Weights: how much each kind of text counts against the others. */
const NAME = 8;
const ANSWER_NAME = 4;
const KEYWORD = 2;
const OTHER_NAME = 1;
const PROMPT = 100;
const MADE_UP = 1;
const MADE_UP_WORDS = 8000;

/**
 * What the tokenizer is learnt from: the words of the emoji that are not held out, prompt words and made-up words.
 *
 * @returns words with a space before each, in lower case, and their weights
 */
export async function tokenizerCorpus(): Promise<Map<string, number>> {
  const emoji = await loadTrainingVocabulary([...ANSWER_LANGUAGES, ...OTHER_LANGUAGES]);
  const counts = new Map<string, number>();
  const add = (text: string, weight: number) => {
    for (const word of splitWords(text)) counts.set(word, (counts.get(word) ?? 0) + weight);
  };
  for (const { words, subgroup, translations } of emoji) {
    add(words.name, NAME);
    add(subgroup.replaceAll('-', ' '), KEYWORD);
    for (const keyword of words.keywords) add(keyword, KEYWORD);
    for (const language of ANSWER_LANGUAGES) add(translations.get(language)?.name ?? '', ANSWER_NAME);
    for (const language of OTHER_LANGUAGES) add(translations.get(language)?.name ?? '', OTHER_NAME);
  }
  for (const text of [
    ...GROUPS,
    ...FRAMES.map(([text]) => text),
    ...Object.values(KIND_PROMPTS),
    'yes',
    'no',
    'or',
    'and',
  ]) {
    add(text, PROMPT);
  }
  for (const word of madeUpWords(new Random(0), MADE_UP_WORDS)) add(word, MADE_UP);
  return counts;
}

/** GPT-2's pattern, which the pre-tokenizer of `tokenizer.json` uses too. */
const WORD = /'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/** The pieces of a text that merges stay within; a text has a space before it. */
export function splitWords(text: string): string[] {
  return ` ${text}`.match(WORD) ?? [];
}
