import { STEMMED_ANSWER } from '../answer-rules.ts';
import type { Benchmark } from '../benchmark.ts';
import { cocoVqa } from '../readers/coco-vqa.ts';

/** OK-VQA 1.1 (Marino et al. 2019). */
export const benchmark: Benchmark = {
  name: 'ok-vqa',
  title: 'OK-VQA',
  ...cocoVqa(
    (split) => `OpenEnded_mscoco_${split}2014_questions.json`,
    (split) => `mscoco_${split}2014_annotations.json`,
  ),
  afterwards: { 'open-flamingo': STEMMED_ANSWER },
};
