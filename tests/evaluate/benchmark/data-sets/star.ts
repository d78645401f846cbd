import { join } from 'node:path';
import { putFrames, putJson, type TestDataSet } from '../data-set.ts';

const CHOICES = ['The bag.', 'The blanket.', 'The towel.', 'The clothes.'];

export const dataSet: TestDataSet = {
  ...{ name: 'star', split: 'val', items: 3, support: 4 },
  async write(folder) {
    for (const [split, count] of [
      ['train', 4],
      ['val', 3],
    ] as const) {
      const rows = Array.from({ length: count }, (_, index) => ({
        question_id: `Interaction_T1_${split}${index}`,
        question: 'Which object was tidied up by the person?',
        video_id: `${split === 'train' ? '6H7' : '001'}${index}G`,
        start: 11.1,
        end: 19.6,
        answer: CHOICES[index],
        question_program: [{ function: 'Situations', value_input: [] }],
        choices: CHOICES.map((choice, choice_id) => ({ choice_id, choice, choice_program: [] })),
        situations: {
          '000269': { rel_pairs: [], rel_labels: [], actions: ['a116'], bbox: [], bbox_labels: [] },
        },
      }));
      await putJson(join(folder, `STAR_${split}.json`), rows);
      for (const [index, { video_id }] of rows.entries()) {
        await putFrames(join(folder, 'Charades_v1_480', video_id), index);
      }
    }
  },
};
