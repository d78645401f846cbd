import { join } from 'node:path';
import { cocoPicture, putJson, putPicture, type TestDataSet } from '../data-set.ts';

const QUESTIONS = ['is it big', 'what colour', 'any people'];
const ANSWERS = ['yes', 'no', 'red', 'not sure', 'i see 2'];

/** Dialogues of three rounds with five options each; people rated the second round's. */
export const dataSet: TestDataSet = {
  ...{ name: 'visdial', split: 'val', items: 3, support: 4 },
  async write(folder) {
    for (const [split, first, count] of [
      ['train', 378466, 4],
      ['val', 185565, 3],
    ] as const) {
      const dialogs = Array.from({ length: count }, (_, index) => ({
        image_id: first + index,
        caption: 'a thing',
        dialog: QUESTIONS.map((_, question) => ({
          question,
          answer: (question + index) % ANSWERS.length,
          answer_options: ANSWERS.map((_, option) => (option + index) % ANSWERS.length),
          gt_index: question,
        })),
      }));
      await putJson(join(folder, `visdial_1.0_${split}.json`), {
        version: '1.0',
        split,
        data: { questions: QUESTIONS, answers: ANSWERS, dialogs },
      });
      for (const [index, { image_id }] of dialogs.entries()) {
        const name = `VisualDialog_val2018_${String(image_id).padStart(12, '0')}.jpg`;
        const trained = cocoPicture(index === 0 ? 'val2014' : 'train2014', image_id);
        const path = split === 'val' ? join('VisualDialog_val2018', name) : trained;
        await putPicture(join(folder, path), index);
      }
    }
    const ratings = Array.from({ length: 3 }, (_, index) => ({
      image_id: 185565 + index,
      round_id: 2,
      gt_relevance: [0, 0.4, 1, 0, 0.2],
    }));
    await putJson(join(folder, 'visdial_1.0_val_dense_annotations.json'), ratings);
  },
};
