import { z } from 'zod';
import { CAPTION } from '../answer-rules.ts';
import type { Benchmark } from '../benchmark.ts';
import { find } from '../files/find.ts';
import { jsonRows } from '../files/rows.ts';
import { OUTPUT } from '../forms.ts';
import { CIDER } from '../metrics.ts';
import { videosIn } from '../readers/clips.ts';

const ROW = z.object({ videoID: z.string().min(1), enCap: z.array(z.string()).min(1) });

const FILES: Readonly<Record<string, string>> = {
  test: 'vatex_public_test_english_v1.1.json',
  val: 'vatex_validation_v1.0.json',
  train: 'vatex_training_v1.0.json',
};

/** VATEX (Wang et al. 2019), its English captions. */
export const benchmark: Benchmark = {
  name: 'vatex',
  title: 'VATEX',
  splits: ['test', 'val'],
  examplesFrom: () => 'train',
  layout: (split) => [FILES[split] ?? '', 'videos/Ptf_2VRj-V0_000122_000132.mp4 …'],
  async *items(context) {
    const path = await find(context, [FILES[context.split] ?? '']);
    const video = await videosIn(context, ['videos', 'video', `${context.split}_videos`, 'raw_videos']);
    for await (const { row } of jsonRows(context, path, [], ROW)) {
      const answers = row.enCap.map((caption) => caption.trim());
      yield { id: row.videoID, media: video(row.videoID), question: '', answers };
    }
  },
  form: OUTPUT,
  answering: { kind: 'written', maxNewTokens: 20 },
  afterwards: { 'open-flamingo': CAPTION },
  metric: CIDER,
};
