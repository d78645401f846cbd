import { sum } from 'simple-statistics';
import { checkArgument } from '../../arguments/check-argument.ts';
import { CAPTION_OPTIONS, type CaptionItem, type CaptionOptions, preparedItems } from './caption-items.ts';
import { LONGEST_N_GRAM, type NGrams, nGramsOf } from './n-grams.ts';

/** BLEU with sequences of up to one, two, three and four words. */
export type BleuScores = readonly [bleu1: number, bleu2: number, bleu3: number, bleu4: number];

/** What a candidate and its references have in common. */
interface Matches {
  /** Words of the candidate. */
  readonly length: number;
  /** Words of the reference that is closest in length, the shorter one of two. */
  readonly closest: number;
  /** N-grams of the candidate, by length. */
  readonly guessed: readonly number[];
  /** Those of them that a reference has, each at most as often as it has them. */
  readonly correct: readonly number[];
}

/** Keep quotients of nothing finite: a candidate without n-grams scores next to nothing, not NaN. */
const SMALL = 1e-9;
const TINY = 1e-15;

/**
 * BLEU-1 to BLEU-4 (Papineni et al. 2002): the geometric mean of the shares of the candidates' n-grams that a reference
 * has, times `exp(1 - r / c)` where the candidates' words c are fewer than the references' r. For the corpus, matches and
 * lengths are summed before, so its score is not the mean of the items'. From 0 to 1; 1 for candidates that equal a
 * reference and have four words or more.
 *
 * Equal to `Bleu` of pycocoevalcap 1.2, with the reference closest in length and its smoothing: without matches a score
 * is about 1e-15 to a power, not 0.
 *
 * @throws UserError for no items or an item without references
 */
export function bleu(
  items: readonly CaptionItem[],
  options: CaptionOptions = {},
): { readonly score: BleuScores; readonly scores: readonly BleuScores[] } {
  checkArgument('the options of BLEU', CAPTION_OPTIONS, options);
  const matches = preparedItems('BLEU', items, options).map(({ candidate, references }) =>
    matchesOf(nGramsOf(candidate), references.map(nGramsOf)),
  );
  return { score: scoresOf(total(matches)), scores: matches.map(scoresOf) };
}

function matchesOf(candidate: NGrams, references: readonly NGrams[]): Matches {
  const distance = (length: number) => Math.abs(length - candidate.words);
  const closest = references
    .map(({ words }) => words)
    .reduce((a, b) => (distance(b) < distance(a) || (distance(b) === distance(a) && b < a) ? b : a));
  return {
    length: candidate.words,
    closest,
    guessed: candidate.counts.map((_, index) => Math.max(0, candidate.words - index)),
    correct: candidate.counts.map((ofLength, index) =>
      sum(
        [...ofLength].map(([nGram, count]) =>
          Math.min(count, Math.max(...references.map(({ counts }) => counts[index]?.get(nGram) ?? 0))),
        ),
      ),
    ),
  };
}

function total(matches: readonly Matches[]): Matches {
  const byLength = (of: (match: Matches) => readonly number[]) =>
    Array.from({ length: LONGEST_N_GRAM }, (_, index) => sum(matches.map((match) => of(match)[index] ?? 0)));
  return {
    length: sum(matches.map(({ length }) => length)),
    closest: sum(matches.map(({ closest }) => closest)),
    guessed: byLength(({ guessed }) => guessed),
    correct: byLength(({ correct }) => correct),
  };
}

function scoresOf({ length, closest, guessed, correct }: Matches): BleuScores {
  const precision = (index: number) => ((correct[index] ?? 0) + TINY) / ((guessed[index] ?? 0) + SMALL);
  const ratio = (length + TINY) / (closest + SMALL);
  const brevity = ratio < 1 ? Math.exp(1 - 1 / ratio) : 1;
  const products = [precision(0)];
  for (let index = 1; index < LONGEST_N_GRAM; index += 1) {
    products.push((products[index - 1] ?? 0) * precision(index));
  }
  const score = (n: number) => brevity * (products[n - 1] ?? 0) ** (1 / n);
  return [score(1), score(2), score(3), score(4)];
}
