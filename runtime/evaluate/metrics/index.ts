/** The metrics of the Flamingo paper's benchmarks, each as its original computes it: `flamingo-onnx/metrics`. */
export { averagePrecision, meanAveragePrecision, type WeightedItem } from './average-precision.ts';
export { type BleuScores, bleu } from './bleu.ts';
export type { CaptionItem, CaptionOptions, CaptionScore } from './caption-items.ts';
export { type CiderOptions, cider } from './cider.ts';
export { type AnswerItem, exactMatch } from './exact-match.ts';
export { ivqaAccuracy } from './ivqa-accuracy.ts';
export { ndcg, type RankingItem } from './ndcg.ts';
export { type OkVqaStemmer, openOkVqaStemmer } from './ok-vqa/stemmer.ts';
export { tokenizeCaption } from './ptb/tokenize-caption.ts';
export {
  meanSampledAveragePrecision,
  meanWeightedAveragePrecision,
  type RareActClip,
  type RareActScore,
} from './rare-act.ts';
export { type RankedItem, rocAuc } from './roc-auc.ts';
export { rougeL } from './rouge-l.ts';
export { type ChoiceItem, topOneAccuracy } from './top-one.ts';
export { type VqaItem, vqaAccuracy } from './vqa-accuracy.ts';
export { normaliseVqaAnswer } from './vqa-answer.ts';
export { openWordNet, WordNet } from './wordnet.ts';
export { type WupsItem, wups } from './wups.ts';
