import { join } from 'node:path';
import { putFrames, putJson, type TestDataSet } from '../data-set.ts';

export const dataSet: TestDataSet = {
  ...{ name: 'vatex', split: 'test', items: 3, support: 4 },
  async write(folder) {
    for (const [file, name, count] of [
      ['vatex_training_v1.0.json', 'Ptf_2VRj-V', 4],
      ['vatex_public_test_english_v1.1.json', 'G9zN5TTuGO', 3],
    ] as const) {
      const rows = Array.from({ length: count }, (_, index) => ({
        videoID: `${name}${index}_000122_000132`,
        enCap: [`A man does thing ${index}.`, `Someone is seen doing ${index} things.`],
        ...(count === 4 && { chCap: ['一个人'] }),
      }));
      await putJson(join(folder, file), rows);
      for (const [index, { videoID }] of rows.entries())
        await putFrames(join(folder, 'videos', videoID), index);
    }
  },
};
