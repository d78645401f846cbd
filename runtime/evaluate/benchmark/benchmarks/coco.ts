import { CAPTION } from '../answer-rules.ts';
import type { Benchmark } from '../benchmark.ts';
import { OUTPUT } from '../forms.ts';
import { CIDER } from '../metrics.ts';
import { karpathyItems } from '../readers/karpathy.ts';

/** COCO captions (Chen et al. 2015) in Karpathy's splits. */
export const benchmark: Benchmark = {
  name: 'coco',
  title: 'COCO',
  splits: ['test', 'val'],
  examplesFrom: () => 'train',
  layout: () => ['dataset_coco.json', 'train2014/COCO_train2014_000000000009.jpg …', 'val2014/…'],
  items: (context) => karpathyItems(context, 'dataset_coco.json', (filepath = 'val2014') => [filepath]),
  form: OUTPUT,
  answering: { kind: 'written', maxNewTokens: 20 },
  afterwards: { 'open-flamingo': CAPTION },
  metric: CIDER,
};
