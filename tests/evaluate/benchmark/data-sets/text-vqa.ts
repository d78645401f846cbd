import { join } from 'node:path';
import { putJson, putPicture, type TestDataSet } from '../data-set.ts';

export const dataSet: TestDataSet = {
  ...{ name: 'text-vqa', split: 'val', items: 3, support: 4 },
  async write(folder) {
    let question_id = 34602;
    for (const [set_name, count] of [
      ['train', 4],
      ['val', 3],
    ] as const) {
      const data = Array.from({ length: count }, (_, index) => {
        const image_id = `${set_name === 'val' ? '003a8ae2ef43b9' : '0054c91397f2fe'}0${index}`;
        return {
          question_id: question_id++,
          question: 'what is the brand of this camera?',
          question_tokens: ['what', 'is', 'the', 'brand', 'of', 'this', 'camera'],
          image_id,
          image_classes: ['Camera'],
          flickr_original_url: '',
          image_width: 64,
          image_height: 64,
          answers: Array.from({ length: 10 }, (_, person) => (person < 6 ? 'dakota' : 'dakota digital')),
          set_name,
        };
      });
      const name = `TextVQA_0.5.1_${set_name}.json`;
      await putJson(join(folder, name), { dataset_type: set_name, dataset_name: 'textvqa', data });
      for (const [index, { image_id }] of data.entries()) {
        await putPicture(join(folder, 'train_images', `${image_id}.jpg`), index);
      }
    }
  },
};
