// Written by `npm run registries`; add a file to the folder rather than edit this one.
import { benchmark as coco } from './benchmarks/coco.ts';
import { benchmark as flickr30k } from './benchmarks/flickr30k.ts';
import { benchmark as hatefulMemes } from './benchmarks/hateful-memes.ts';
import { benchmark as imagenet } from './benchmarks/imagenet.ts';
import { benchmark as ivqa } from './benchmarks/ivqa.ts';
import { benchmark as msrvttQa } from './benchmarks/msrvtt-qa.ts';
import { benchmark as msvdQa } from './benchmarks/msvd-qa.ts';
import { benchmark as nextqa } from './benchmarks/nextqa.ts';
import { benchmark as okVqa } from './benchmarks/ok-vqa.ts';
import { benchmark as rareact } from './benchmarks/rareact.ts';
import { benchmark as star } from './benchmarks/star.ts';
import { benchmark as textVqa } from './benchmarks/text-vqa.ts';
import { benchmark as vatex } from './benchmarks/vatex.ts';
import { benchmark as visdial } from './benchmarks/visdial.ts';
import { benchmark as vizwiz } from './benchmarks/vizwiz.ts';
import { benchmark as vlIcl } from './benchmarks/vl-icl.ts';
import { benchmark as vqav2 } from './benchmarks/vqav2.ts';
import { benchmark as youcook2 } from './benchmarks/youcook2.ts';
import type { Benchmark } from './benchmark.ts';

/** Every benchmark. */
export const BENCHMARKS: readonly Benchmark[] = [
  coco,
  flickr30k,
  hatefulMemes,
  imagenet,
  ivqa,
  msrvttQa,
  msvdQa,
  nextqa,
  okVqa,
  rareact,
  star,
  textVqa,
  vatex,
  visdial,
  vizwiz,
  vlIcl,
  vqav2,
  youcook2,
];
