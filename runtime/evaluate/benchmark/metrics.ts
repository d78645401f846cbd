import { cider, exactMatch, rocAuc, vqaAccuracy } from '../metrics/index.ts';
import type { Answered, BenchmarkMetric } from './metric.ts';

/** Captions: CIDEr-D, as papers report it. */
export const CIDER: BenchmarkMetric = {
  name: 'CIDEr',
  needsScores: false,
  score: async (answered) =>
    cider(answered.map(({ item, answer }) => ({ candidate: answer, references: item.answers }))),
};

/** Answers by ten people. */
export const VQA_ACCURACY: BenchmarkMetric = {
  name: 'VQA accuracy',
  needsScores: false,
  score: async (answered) =>
    vqaAccuracy(answered.map(({ item, answer }) => ({ answer, answers: item.answers }))),
};

/** One right answer, or several. */
export const EXACT_MATCH: BenchmarkMetric = {
  name: 'exact match',
  needsScores: false,
  score: async (answered) =>
    exactMatch(answered.map(({ item, answer }) => ({ answer, answers: item.answers }))),
};

/** Chosen answers: the share of items whose right choice scores highest. */
export const TOP_ONE: BenchmarkMetric = {
  name: 'top-1 accuracy',
  needsScores: false,
  score: async (answered) => {
    const right = ({ item, answer }: Answered) => item.choices?.[item.label ?? -1] === answer;
    return exactMatch(
      answered.map((each) => ({ answer: right(each) ? 'right' : 'wrong', answers: ['right'] })),
    );
  },
};

/** Two choices, of which the second is the positive one. */
export const ROC_AUC: BenchmarkMetric = {
  name: 'ROC AUC',
  needsScores: true,
  score: async (answered) => ({
    score: rocAuc(
      answered.map(({ item, scores = [] }) => ({
        score: (scores[1] ?? Number.NaN) - (scores[0] ?? Number.NaN),
        positive: item.label === 1,
      })),
    ),
  }),
};
