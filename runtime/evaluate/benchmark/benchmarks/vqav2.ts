import { SHORT_ANSWER } from '../answer-rules.ts';
import type { Benchmark } from '../benchmark.ts';
import { cocoVqa } from '../readers/coco-vqa.ts';

/** VQAv2 (Goyal et al. 2017). The answers of its test splits are not public. */
export const benchmark: Benchmark = {
  name: 'vqav2',
  title: 'VQAv2',
  ...cocoVqa(
    (split) => `v2_OpenEnded_mscoco_${split}2014_questions.json`,
    (split) => `v2_mscoco_${split}2014_annotations.json`,
  ),
  afterwards: { 'open-flamingo': SHORT_ANSWER },
};
