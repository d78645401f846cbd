import { join } from 'node:path';
import { SHORT_ANSWER } from '../answer-rules.ts';
import type { Benchmark, ReadContext } from '../benchmark.ts';
import { find, findIfThere } from '../files/find.ts';
import { textPieces } from '../files/text-pieces.ts';
import { QUESTION } from '../forms.ts';
import type { RawMedia } from '../item.ts';
import { EXACT_MATCH } from '../metrics.ts';
import { xuVideoQuestions } from '../readers/xu-video-qa.ts';

/** MSVD-QA (Xu et al. 2017): videos by number, or as MSVD has them, with its list of names. */
export const benchmark: Benchmark = {
  name: 'msvd-qa',
  title: 'MSVD-QA',
  splits: ['test', 'val'],
  examplesFrom: () => 'train',
  layout: (split) => [
    `${split}_qa.json`,
    'video/vid1.avi … (or YouTubeClips/mv89psg6zh4_33_46.avi … and youtube_mapping.txt)',
  ],
  async *items(context) {
    yield* xuVideoQuestions(context, await videoByNumber(context));
  },
  form: QUESTION,
  answering: { kind: 'written', maxNewTokens: 5 },
  afterwards: { 'open-flamingo': SHORT_ANSWER },
  metric: EXACT_MATCH,
};

async function videoByNumber(context: ReadContext): Promise<(id: number) => RawMedia> {
  const folder = await find(context, ['video', 'videos', 'YouTubeClips']);
  const list = await findIfThere(context, ['youtube_mapping.txt']);
  const names = new Map<string, string>();
  if (list !== undefined) {
    let text = '';
    for await (const piece of textPieces(list, context.signal)) text += piece;
    for (const line of text.split(/\r?\n/)) {
      const [name = '', number = ''] = line.trim().split(/\s+/);
      names.set(number, name);
    }
  }
  return (id) => {
    const number = `vid${id}`;
    const name = names.get(number);
    return { stems: [join(folder, number), ...(name === undefined ? [] : [join(folder, name)])] };
  };
}
