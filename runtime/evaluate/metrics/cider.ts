import { mean, sum } from 'simple-statistics';
import { z } from 'zod';
import { checkArgument } from '../../arguments/check-argument.ts';
import {
  CAPTION_OPTIONS,
  type CaptionItem,
  type CaptionOptions,
  type CaptionScore,
  preparedItems,
} from './caption-items.ts';
import { LONGEST_N_GRAM, type NGrams, nGramsOf } from './n-grams.ts';

export interface CiderOptions extends CaptionOptions {
  /**
   * `cider-d` (default) is what COCO's caption evaluation computes and papers report as CIDEr: no more of an n-gram counts
   * than the reference has, and other lengths are penalised. `cider` is the plain consensus without either.
   */
  readonly form?: 'cider-d' | 'cider';
  /** Standard deviation of the penalty of other lengths in `cider-d`, in bigrams. Default 6. */
  readonly sigma?: number;
}

const OPTIONS = CAPTION_OPTIONS.extend({
  form: z.enum(['cider-d', 'cider']).optional(),
  sigma: z.number().positive().optional(),
});

/** Weights of n-grams by how rare they are, by length, with their norms. */
interface Vector {
  readonly weights: readonly ReadonlyMap<string, number>[];
  readonly norms: readonly number[];
  /** Counted in bigrams, as the original does. */
  readonly length: number;
}

/** CIDEr is multiplied by ten. */
const SCALE = 10;

/**
 * CIDEr (Vedantam, Zitnick, Parikh 2015): ten times the mean over n-grams of one to four words and over references of the
 * cosine of their TF-IDF vectors, where an n-gram's document frequency is the number of items whose references have
 * it. From 0 to 10; 10 where all references are one caption of four words or more and the candidate is the same. An item
 * alone scores 0, since nothing is rare in it. The corpus has the mean of its items.
 *
 * Equal to `Cider` of pycocoevalcap 1.2 by default, and to `CiderScorer` of the authors' plain `cider` with
 * `form: 'cider'`; words are not stemmed in either.
 *
 * @throws UserError for no items, an item without references, a sigma that is not above 0
 */
export function cider(items: readonly CaptionItem[], options: CiderOptions = {}): CaptionScore {
  checkArgument('the options of CIDEr', OPTIONS, options);
  const { form = 'cider-d', sigma = 6 } = options;
  const cooked = preparedItems('CIDEr', items, options).map(({ candidate, references }) => ({
    candidate: nGramsOf(candidate),
    references: references.map(nGramsOf),
  }));
  const frequencies = documentFrequencies(cooked.map(({ references }) => references));
  const vectorOf = (nGrams: NGrams) => weigh(nGrams, frequencies, Math.log(cooked.length));
  const similar = form === 'cider-d' ? clippedSimilarity(sigma) : plainSimilarity;
  const scores = cooked.map(({ candidate, references }) => {
    const vector = vectorOf(candidate);
    return SCALE * mean(references.map((reference) => similar(vector, vectorOf(reference))));
  });
  return { score: mean(scores), scores };
}

/** How many items have each n-gram in any of their references. */
function documentFrequencies(references: readonly (readonly NGrams[])[]): ReadonlyMap<string, number> {
  const frequencies = new Map<string, number>();
  for (const ofItem of references) {
    const found = new Set(ofItem.flatMap(({ counts }) => counts.flatMap((ofLength) => [...ofLength.keys()])));
    for (const nGram of found) frequencies.set(nGram, (frequencies.get(nGram) ?? 0) + 1);
  }
  return frequencies;
}

function weigh({ counts }: NGrams, frequencies: ReadonlyMap<string, number>, logOfItems: number): Vector {
  const weights = counts.map(
    (ofLength) =>
      new Map(
        [...ofLength].map(([nGram, count]) => [
          nGram,
          count * (logOfItems - Math.log(Math.max(1, frequencies.get(nGram) ?? 0))),
        ]),
      ),
  );
  const norms = weights.map((ofLength) =>
    Math.sqrt(sum([...ofLength.values()].map((weight) => weight ** 2))),
  );
  return { weights, norms, length: sum([...(counts[1]?.values() ?? [])]) };
}

function clippedSimilarity(sigma: number): (candidate: Vector, reference: Vector) => number {
  return (candidate, reference) => {
    const difference = candidate.length - reference.length;
    const penalty = Math.exp(-(difference ** 2) / (2 * sigma ** 2));
    return penalty * meanCosine(candidate, reference, (own, other) => Math.min(own, other) * other);
  };
}

const plainSimilarity = (candidate: Vector, reference: Vector): number =>
  meanCosine(candidate, reference, (own, other) => own * other);

function meanCosine(
  candidate: Vector,
  reference: Vector,
  product: (own: number, other: number) => number,
): number {
  let total = 0;
  for (let length = 0; length < LONGEST_N_GRAM; length += 1) {
    const others = reference.weights[length];
    const norm = (candidate.norms[length] ?? 0) * (reference.norms[length] ?? 0);
    if (norm === 0) continue;
    for (const [nGram, weight] of candidate.weights[length] ?? []) {
      total += product(weight, others?.get(nGram) ?? 0) / norm;
    }
  }
  return total / LONGEST_N_GRAM;
}
