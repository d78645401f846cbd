import { join } from 'node:path';
import { cocoPicture, putJson, putPicture, type TestDataSet } from '../data-set.ts';
import { VQA_HEADER, vqaData } from '../vqa-data.ts';

export const dataSet: TestDataSet = {
  ...{ name: 'ok-vqa', split: 'val', items: 4, support: 4 },
  async write(folder) {
    for (const [split, first] of [
      ['train', 51606],
      ['val', 297147],
    ] as const) {
      const ids = Array.from({ length: 4 }, (_, index) => first + index);
      const { questions, annotations } = vqaData(ids, 10 * first, (answer) => ({ raw_answer: `${answer}s` }));
      const data_subtype = `${split}2014`;
      const head = { ...VQA_HEADER, data_subtype };
      await putJson(join(folder, `OpenEnded_mscoco_${split}2014_questions.json`), { ...head, questions });
      await putJson(join(folder, `mscoco_${split}2014_annotations.json`), { ...head, annotations });
      for (const id of ids) await putPicture(join(folder, cocoPicture(data_subtype, id)), id);
    }
  },
};
