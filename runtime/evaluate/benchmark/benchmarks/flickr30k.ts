import { CAPTION } from '../answer-rules.ts';
import type { Benchmark } from '../benchmark.ts';
import { OUTPUT } from '../forms.ts';
import { CIDER } from '../metrics.ts';
import { karpathyItems } from '../readers/karpathy.ts';

const PICTURES = ['flickr30k-images', 'flickr30k_images', 'images'];

/** Flickr30k (Young et al. 2014) in Karpathy's splits. */
export const benchmark: Benchmark = {
  name: 'flickr30k',
  title: 'Flickr30k',
  splits: ['test', 'val'],
  examplesFrom: () => 'train',
  layout: () => ['dataset_flickr30k.json', 'flickr30k-images/1000092795.jpg …'],
  items: (context) => karpathyItems(context, 'dataset_flickr30k.json', () => PICTURES),
  form: OUTPUT,
  answering: { kind: 'written', maxNewTokens: 20 },
  afterwards: { 'open-flamingo': CAPTION },
  metric: CIDER,
};
