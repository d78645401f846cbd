import { SHORT_ANSWER } from '../answer-rules.ts';
import type { Benchmark } from '../benchmark.ts';
import { QUESTION } from '../forms.ts';
import { EXACT_MATCH } from '../metrics.ts';
import { videosIn } from '../readers/clips.ts';
import { xuVideoQuestions } from '../readers/xu-video-qa.ts';

/** Where MSR-VTT's archives have their videos. */
const VIDEOS = { train: ['TrainValVideo'], val: ['TrainValVideo'], test: ['TestVideo'] };

/** MSRVTT-QA (Xu et al. 2017). */
export const benchmark: Benchmark = {
  name: 'msrvtt-qa',
  title: 'MSRVTT-QA',
  splits: ['test', 'val'],
  examplesFrom: () => 'train',
  layout: (split) => [`${split}_qa.json`, 'video/video0.mp4 … (or TrainValVideo/… and TestVideo/…)'],
  async *items(context) {
    const own = Object.entries(VIDEOS).find(([split]) => split === context.split)?.[1] ?? [];
    const video = await videosIn(context, ['video', 'videos', ...own]);
    yield* xuVideoQuestions(context, (id) => video(`video${id}`));
  },
  form: QUESTION,
  answering: { kind: 'written', maxNewTokens: 5 },
  afterwards: { 'open-flamingo': SHORT_ANSWER },
  metric: EXACT_MATCH,
};
