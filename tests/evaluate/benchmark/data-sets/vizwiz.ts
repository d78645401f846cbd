import { join } from 'node:path';
import { putJson, putPicture, type TestDataSet } from '../data-set.ts';

export const dataSet: TestDataSet = {
  ...{ name: 'vizwiz', split: 'val', items: 3, support: 4 },
  async write(folder) {
    for (const [split, count] of [
      ['train', 4],
      ['val', 3],
    ] as const) {
      const rows = Array.from({ length: count }, (_, index) => ({
        image: `VizWiz_${split}_0000000${index}.jpg`,
        question: 'What is this? ',
        answers: Array.from({ length: 10 }, (_, person) => ({
          answer_confidence: 'yes',
          answer: person < 8 ? 'unanswerable' : 'a box',
        })),
        answer_type: 'unanswerable',
        answerable: 0,
      }));
      await putJson(join(folder, 'Annotations', `${split}.json`), rows);
      for (const [index, { image }] of rows.entries()) await putPicture(join(folder, split, image), index);
    }
  },
};
