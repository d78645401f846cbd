import { join } from 'node:path';
import { cocoPicture, putJson, putPicture, type TestDataSet } from '../data-set.ts';
import { VQA_HEADER, vqaData } from '../vqa-data.ts';

export const dataSet: TestDataSet = {
  ...{ name: 'vqav2', split: 'val', items: 6, support: 6 },
  async write(folder) {
    for (const [split, first] of [
      ['train', 1],
      ['val', 20],
    ] as const) {
      const ids = Array.from({ length: 6 }, (_, index) => first + index);
      const { questions, annotations } = vqaData(ids, 1000 * first);
      const data_subtype = `${split}2014`;
      const head = { ...VQA_HEADER, data_subtype };
      await putJson(join(folder, `v2_OpenEnded_mscoco_${split}2014_questions.json`), { ...head, questions });
      await putJson(join(folder, `v2_mscoco_${split}2014_annotations.json`), { ...head, annotations });
      for (const id of ids) await putPicture(join(folder, cocoPicture(data_subtype, id)), id);
    }
  },
};
