/** What a tagger has learnt, as NLTK saves it. */
export interface TaggerModel {
  /** By feature, then by tag. */
  readonly weights: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Tags of words that have one alone. */
  readonly tagdict: Readonly<Record<string, string>>;
  readonly classes: readonly string[];
}

/** Two that stand before a sentence and two behind it. */
const START = ['-START-', '-START2-'] as const;
const END = ['-END-', '-END2-'] as const;

/**
 * Parts of speech of a sentence's words by an averaged perceptron, greedily from the left (Honnibal 2013), with the features
 * and the order of tags of NLTK's `PerceptronTagger`.
 */
export function tagWords(words: readonly string[], model: TaggerModel): readonly string[] {
  const context = [...START, ...words.map(normalised), ...END];
  const tags: string[] = [];
  for (const [index, word] of words.entries()) {
    const previous = tags[index - 1] ?? START[0];
    const before = index === 0 ? START[1] : (tags[index - 2] ?? START[0]);
    const known = Object.hasOwn(model.tagdict, word) ? model.tagdict[word] : undefined;
    tags.push(known ?? predict(featuresOf(word, context.slice(index, index + 5), previous, before), model));
  }
  return tags;
}

/** @param around normalised: two words before, the word itself, two words behind */
function featuresOf(
  word: string,
  around: readonly string[],
  previous: string,
  before: string,
): readonly string[] {
  const [secondLast = '', last = '', own = '', next = '', secondNext = ''] = around;
  return [
    'bias',
    `i suffix ${ending(word)}`,
    `i pref1 ${[...word][0] ?? ''}`,
    `i-1 tag ${previous}`,
    `i-2 tag ${before}`,
    `i tag+i-2 tag ${previous} ${before}`,
    `i word ${own}`,
    `i-1 tag+i word ${previous} ${own}`,
    `i-1 word ${last}`,
    `i-1 suffix ${ending(last)}`,
    `i-2 word ${secondLast}`,
    `i+1 word ${next}`,
    `i+1 suffix ${ending(next)}`,
    `i+2 word ${secondNext}`,
  ];
}

/** The tag that scores highest, the last by name among equals. */
function predict(features: readonly string[], { weights, classes }: TaggerModel): string {
  const scores = new Map<string, number>();
  for (const feature of features) {
    if (!Object.hasOwn(weights, feature)) continue;
    for (const [tag, weight] of Object.entries(weights[feature] ?? {})) {
      scores.set(tag, (scores.get(tag) ?? 0) + weight);
    }
  }
  const score = (tag: string) => scores.get(tag) ?? 0;
  return classes.reduce((best, tag) => {
    const difference = score(tag) - score(best);
    return difference > 0 || (difference === 0 && tag > best) ? tag : best;
  });
}

function normalised(word: string): string {
  if (word.includes('-') && !word.startsWith('-')) return '!HYPHEN';
  if (/^\p{Nd}{4}$/u.test(word)) return '!YEAR';
  if (/^\p{Nd}/u.test(word)) return '!DIGITS';
  return word.toLowerCase();
}

function ending(word: string): string {
  return [...word].slice(-3).join('');
}
