import { join } from 'node:path';
import { csv, putFrames, putJson, putText, type TestDataSet } from '../data-set.ts';

const COLUMNS = ['video', 'frame_count', 'width', 'height', 'question', 'answer', 'qid', 'type'];

export const dataSet: TestDataSet = {
  ...{ name: 'nextqa', split: 'test', items: 3, support: 4 },
  async write(folder) {
    const places: Record<string, string> = {};
    for (const [split, first, count] of [
      ['train', 4010069381, 4],
      ['test', 5772591393, 3],
    ] as const) {
      const rows = Array.from({ length: count }, (_, index) => {
        const video = String(first + index);
        places[video] = `116${index}/${video}`;
        return [
          video,
          369,
          640,
          480,
          'what is the animal',
          ['dog', 'cat on sofa', 'bird', 'horse'][index] ?? '',
          index,
          'DO',
        ];
      });
      await putText(join(folder, `${split}.csv`), csv(COLUMNS, rows));
    }
    await putJson(join(folder, 'map_vid_vidorID.json'), places);
    await putJson(join(folder, 'add_reference_answer_test.json'), { '5772591393': { '0': 'puppy' } });
    for (const [index, place] of Object.values(places).entries()) {
      await putFrames(join(folder, 'NExTVideo', place), index);
    }
  },
};
