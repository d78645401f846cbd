import { join } from 'node:path';
import { putPicture, putText, type TestDataSet } from '../data-set.ts';

export const dataSet: TestDataSet = {
  ...{ name: 'hateful-memes', split: 'test_seen', items: 5, support: 6 },
  async write(folder) {
    for (const [split, first, count] of [
      ['train', 8291, 6],
      ['test_seen', 16395, 5],
    ] as const) {
      const memes = Array.from({ length: count }, (_, index) => ({
        id: first + index,
        img: `img/${first + index}.png`,
        label: index % 2,
        text: `so ${index}`,
      }));
      await putText(
        join(folder, `${split}.jsonl`),
        memes.map((meme) => `${JSON.stringify(meme)}\n`).join(''),
      );
      for (const { img, id } of memes) await putPicture(join(folder, img), id);
    }
  },
};
