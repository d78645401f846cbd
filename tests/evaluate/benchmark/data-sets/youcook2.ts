import { join } from 'node:path';
import { putFrames, putJson, type TestDataSet } from '../data-set.ts';

export const dataSet: TestDataSet = {
  ...{ name: 'youcook2', split: 'validation', items: 4, support: 4 },
  async write(folder) {
    const database = Object.fromEntries(
      [0, 1, 2, 3].map((index) => [
        `GLd3aX16zB${index}`,
        {
          duration: 241.62,
          subset: index < 2 ? 'training' : 'validation',
          recipe_type: String(113 + index),
          annotations: [0, 1].map((id) => ({
            segment: [90 + 10 * id, 99 + 10 * id],
            id,
            sentence: id === 0 ? 'spread margarine on the bread' : 'place cheese on it',
          })),
          video_url: `https://www.youtube.com/watch?v=GLd3aX16zB${index}`,
        },
      ]),
    );
    await putJson(join(folder, 'annotations', 'youcookii_annotations_trainval.json'), { database });
    for (const [name, { subset, recipe_type, annotations }] of Object.entries(database)) {
      for (const { segment, id } of annotations) {
        const part = `${name}_${segment[0]}_${segment[1]}`;
        await putFrames(join(folder, 'raw_videos', subset, recipe_type, part), id);
      }
    }
  },
};
