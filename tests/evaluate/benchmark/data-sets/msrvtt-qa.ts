import { join } from 'node:path';
import type { TestDataSet } from '../data-set.ts';
import { putXuVideoData } from '../xu-video-data.ts';

export const dataSet: TestDataSet = {
  ...{ name: 'msrvtt-qa', split: 'test', items: 3, support: 4 },
  write: (folder) =>
    putXuVideoData(folder, (id) => join(id > 7000 ? 'TestVideo' : 'TrainValVideo', `video${id}`), {
      category_id: 14,
    }),
};
