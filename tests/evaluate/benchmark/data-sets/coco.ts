import { basename, join } from 'node:path';
import { cocoPicture, putJson, putPicture, type TestDataSet } from '../data-set.ts';

const CAPTIONS = ['A cat on a mat.', 'A dog in the grass.', 'A bicycle by a wall.', 'An apple.', 'A tulip.'];

export const dataSet: TestDataSet = {
  ...{ name: 'coco', split: 'test', items: 5, support: 6 },
  async write(folder) {
    const images = Array.from({ length: 12 }, (_, index) => {
      const split = index < 6 ? 'train' : index < 11 ? 'test' : 'restval';
      const filepath = split === 'test' ? 'val2014' : 'train2014';
      const caption = CAPTIONS[index % CAPTIONS.length] ?? '';
      const sentences = [caption, `${caption.replace('.', '')} seen from the side.`].map((raw, number) => ({
        tokens: raw.toLowerCase().replace('.', '').split(' '),
        raw,
        imgid: index,
        sentid: 2 * index + number,
      }));
      const filename = basename(cocoPicture(filepath, 100 + index));
      const sentids = sentences.map(({ sentid }) => sentid);
      return { filepath, sentids, filename, imgid: index, split, sentences, cocoid: 100 + index };
    });
    await putJson(join(folder, 'dataset_coco.json'), { images, dataset: 'coco' });
    for (const [index, { filepath, filename }] of images.entries()) {
      await putPicture(join(folder, filepath, filename), index);
    }
  },
};
