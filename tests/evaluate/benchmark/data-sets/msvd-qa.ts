import { join } from 'node:path';
import { putText, type TestDataSet } from '../data-set.ts';
import { putXuVideoData } from '../xu-video-data.ts';

export const dataSet: TestDataSet = {
  ...{ name: 'msvd-qa', split: 'test', items: 3, support: 4 },
  async write(folder) {
    const name = (id: number) => `mv89psg6zh4_${id}_${id + 10}`;
    await putXuVideoData(folder, (id) => join('YouTubeClips', name(id)), {});
    const ids = [1, 2, 3, 4, 7011, 7012, 7013];
    await putText(join(folder, 'youtube_mapping.txt'), ids.map((id) => `${name(id)} vid${id}\n`).join(''));
  },
};
