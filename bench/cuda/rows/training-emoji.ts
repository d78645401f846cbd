import { emojiOptions } from '../../../models/emoji/emoji.ts';
import { VOCABULARY } from '../../../models/emoji/language.ts';
import type { Row } from '../row.ts';
import { trainingLines } from '../training.ts';

export const row: Row = {
  name: 'training-emoji',
  summary: 'a training step of the emoji model, losses and gradients as on the CPU',
  limit: 240,
  hasPeer: false,
  run(context) {
    const model = { name: 'the emoji model', options: emojiOptions(), vocabulary: VOCABULARY };
    const sizes =
      context.scale === 'full' ? { rows: 16, text: 128, pictures: 16 } : { rows: 1, text: 16, pictures: 2 };
    return trainingLines({ ...model, ...sizes }, context, { rounds: 3, compares: true });
  },
};
