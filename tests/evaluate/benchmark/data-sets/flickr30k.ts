import { join } from 'node:path';
import { putJson, putPicture, type TestDataSet } from '../data-set.ts';

export const dataSet: TestDataSet = {
  ...{ name: 'flickr30k', split: 'test', items: 4, support: 5 },
  async write(folder) {
    const images = Array.from({ length: 9 }, (_, index) => ({
      sentids: [2 * index, 2 * index + 1],
      imgid: index,
      sentences: [`A picture, number ${index}.`, `Something is seen in ${index}.`].map((raw, number) => ({
        tokens: raw.toLowerCase().split(' '),
        raw,
        imgid: index,
        sentid: 2 * index + number,
      })),
      split: index < 5 ? 'train' : 'test',
      filename: `${1000092795 + index}.jpg`,
    }));
    await putJson(join(folder, 'dataset_flickr30k.json'), { images, dataset: 'flickr30k' });
    for (const [index, { filename }] of images.entries()) {
      await putPicture(join(folder, 'flickr30k-images', filename), index);
    }
  },
};
