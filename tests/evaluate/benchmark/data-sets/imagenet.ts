import { join } from 'node:path';
import { putPicture, putText, type TestDataSet } from '../data-set.ts';

const CLASSES = [
  ['n02123045', 'tabby, tabby cat'],
  ['n02084071', 'dog, domestic dog, Canis familiaris'],
  ['n02834778', 'bicycle, bike, wheel, cycle'],
] as const;

export const dataSet: TestDataSet = {
  ...{ name: 'imagenet', split: 'val', items: 6, support: 6 },
  async write(folder) {
    const lines = CLASSES.map(([id, names]) => `${id} ${names}\n`).join('');
    await putText(join(folder, 'LOC_synset_mapping.txt'), lines);
    for (const [label, [id]] of CLASSES.entries()) {
      for (const number of [1, 2]) {
        await putPicture(join(folder, 'train', id, `${id}_${number}.JPEG`), label);
        const name = `ILSVRC2012_val_0000000${number}.JPEG`;
        await putPicture(join(folder, 'val', id, name), label);
      }
    }
  },
};
