import { clipVit } from '../../../models/clip/clip-vit.ts';
import { mpt } from '../../../models/mpt/mpt.ts';
import type { Row } from '../row.ts';
import { SIZES } from '../scale.ts';
import { trainingLines } from '../training.ts';

/** A block before every so many layers: each step's state goes to the card and back, 16 bytes a weight. */
const EVERY = 4;

export const row: Row = {
  name: 'training-blocks',
  summary: "a training step of a quarter of a 3B's new layers, in float32, and PyTorch's",
  limit: 420,
  hasPeer: true,
  async run(context) {
    const { peer, scale } = context;
    const { vision, language, latents } = SIZES[scale];
    const full = scale === 'full';
    const model = {
      name: "a 3B's new layers",
      options: {
        convention: 'open-flamingo',
        vision: clipVit(vision),
        resampler: { latents, depth: 1 },
        language: mpt(language),
        crossAttention: { every: full ? EVERY : 1 },
      },
      vocabulary: language.vocabulary,
      ...(full ? { rows: 4, text: 128, pictures: 4 } : { rows: 1, text: 16, pictures: 2 }),
    } as const;
    await peer?.ask({ do: 'load', vision, language, latents, every: full ? EVERY : 1 });
    const lines = await trainingLines(model, context, { rounds: full ? 3 : 1, compares: !full });
    const [step, ...others] = lines;
    const { peer: byPeer } = step ?? {};
    if (step === undefined || byPeer === undefined) return lines;
    return [
      { ...step, note: 'PyTorch without the resampler, one layer here' },
      { what: 'PyTorch to this', value: byPeer / step.value, unit: 'times' },
      ...others,
    ];
  },
};
