import { join } from 'node:path';
import { openWordNet, type WordNet } from '../metrics/index.ts';
import { wordTokens } from '../metrics/ok-vqa/word-tokens.ts';
import type { Answered, BenchmarkMetric } from './metric.ts';
import type { Resources } from './resources.ts';

/** Words that count for nothing in an answer, as NExT-QA lists them: English stop words but for places, numbers and no. */
const STOP_WORDS: ReadonlySet<string> = new Set(
  [
    'i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers herself',
    'it its itself they them their theirs themselves what which who whom this that these those',
    'am is are was were be been being have has had having do does did doing can will should don now',
    'a an the and but if or because as until while to from of at for with about into through during',
    'again further then here there when where why how all any each most other some such only own so than too very just',
    "s t d ll m o re ve y ma ain aren couldn didn doesn hadn hasn haven isn mightn mustn needn shan shouldn wasn weren won wouldn n't 's",
  ].flatMap((line) => line.split(' ')),
);

/** Kinds of questions, how many and whether, whose answers are equal or wrong. */
const EXACT = new Set(['DC', 'DB']);

/**
 * WUPS of NExT-QA's open-ended answers at threshold 0 (`eval_oe.py`, `metrics.py` of NExT-OE): each word of the answer is as
 * near as the nearest right word, by the first meaning of both; the product over words that are near to any, and the
 * same from the right answer's words; the smaller of both. The better of two right answers counts.
 *
 * The original also lemmatises by parts of speech and knows verbs and adjectives; here a word is a noun of WordNet, in singular or
 * plural, or near to itself alone.
 */
export const NEXTQA_WUPS: BenchmarkMetric = {
  name: 'WUPS 0.0',
  needsScores: false,
  async check(resources) {
    await nounsOf(resources);
  },
  async score(answered, resources) {
    const wordNet = await nounsOf(resources);
    const scores = answered.map((each) => scoreOf(each, wordNet));
    return { score: scores.reduce((sum, score) => sum + score, 0) / scores.length, scores };
  },
};

function nounsOf({ nltkData }: Resources): Promise<WordNet> {
  return openWordNet(nltkData === undefined ? undefined : join(nltkData, 'corpora', 'wordnet'));
}

function scoreOf({ item, answer }: Answered, wordNet: WordNet): number {
  const said = wordsOf(answer, wordNet);
  const type = item.facts?.type;
  const isExact = typeof type === 'string' && EXACT.has(type);
  const scores = item.answers.map((right) => {
    const truth = wordsOf(right, wordNet);
    if (isExact) return said.join(' ') === truth.join(' ') ? 1 : 0;
    return Math.min(coverage(said, truth, wordNet), coverage(truth, said, wordNet));
  });
  return Math.max(0, ...scores);
}

function wordsOf(answer: string, wordNet: WordNet): readonly string[] {
  return wordTokens(answer.toLowerCase())
    .filter((word) => !STOP_WORDS.has(word))
    .map((word) => wordNet.lemma(word));
}

function coverage(words: readonly string[], others: readonly string[], wordNet: WordNet): number {
  const near = words
    .map((word) => Math.max(0, ...others.map((other) => nearness(word, other, wordNet))))
    .filter((value) => value > 0);
  return near.length === 0 ? 0 : near.reduce((product, value) => product * value, 1);
}

function nearness(a: string, b: string, wordNet: WordNet): number {
  if (a === b) return 1;
  const [first] = wordNet.meanings(a);
  const [second] = wordNet.meanings(b);
  return first === undefined || second === undefined ? 0 : wordNet.similarity(first, second);
}
