import { join } from 'node:path';
import { csv, putFrames, putText, type TestDataSet } from '../data-set.ts';

const COLUMNS = ['id', 'video_id', 'start', 'end', 'class_id', 'verb', 'noun', 'annotation'];
const ACTIONS = [
  ['cut', 'laptop'],
  ['wash', 'egg'],
] as const;

export const dataSet: TestDataSet = {
  ...{ name: 'rareact', split: 'test', items: 6, support: 0 },
  async write(folder) {
    const rows = Array.from({ length: 6 }, (_, id) => {
      const [verb, noun] = ACTIONS[id % 2] ?? ['', ''];
      return [id, `7frRY7aGwM${id}`, 50, 60, id % 2, verb, noun, id < 4 ? 1 : id === 4 ? 0 : 2];
    });
    await putText(join(folder, 'rareact.csv'), csv(COLUMNS, rows));
    for (const [index, [, name = '', start, end]] of rows.entries()) {
      await putFrames(join(folder, 'videos', `${name}_${start}_${end}`), index);
    }
  },
};
