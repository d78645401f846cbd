import { join } from 'node:path';
import { csv, putFrames, putText, type TestDataSet } from '../data-set.ts';

const COLUMNS = [
  'video_id',
  'start',
  'end',
  'question',
  'answer1',
  'answer2',
  'answer3',
  'answer4',
  'answer5',
];

export const dataSet: TestDataSet = {
  ...{ name: 'ivqa', split: 'test', items: 3, support: 4 },
  async write(folder) {
    for (const [split, count] of [
      ['train', 4],
      ['test', 3],
    ] as const) {
      const ids = Array.from({ length: count }, (_, index) => `${split}UkeGrV${index}`);
      const rows = ids.map((id, index) => [
        ...[id, 10 * index, 10 * index + 9, 'What, in the end, is made?'],
        ...['soup', 'soup', 'a soup', 'food', index === 0 ? '' : 'stew'],
      ]);
      await putText(join(folder, `${split}.csv`), csv(COLUMNS, rows));
      for (const [index, id] of ids.entries()) {
        await putFrames(join(folder, 'video', `${id}_${10 * index}_${10 * index + 9}`), index);
      }
    }
  },
};
