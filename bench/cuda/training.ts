import { join } from 'node:path';
import {
  type FlamingoOptions,
  flamingoParts,
  interleavedLogits,
  nextTokenLoss,
  recipe,
  task,
} from '../../models/index.ts';
import { openTrainer } from '../support/open-trainer.ts';
import { normalValues } from '../support/weights.ts';
import { inTurns, measured, timed } from './measure.ts';
import { aimed, type Line, type RowContext } from './row.ts';

/** Steps in one call, in a `Loop`. */
const STEPS = 8;

/** How far losses and norms of gradients may be from the CPU's, as a share: sums in float32 in another order. */
const PASSES = 1e-3;

export interface TrainedModel {
  /** What messages call it. */
  readonly name: string;
  readonly options: Omit<FlamingoOptions, 'name'>;
  readonly vocabulary: number;
  readonly rows: number;
  readonly text: number;
  readonly pictures: number;
}

/** A recipe that trains resampler and gated blocks between frozen parts, on rows that are made up. */
function madeUpRecipe({ name, options, vocabulary, rows, text, pictures }: TrainedModel) {
  const parts = flamingoParts(options);
  const { vision } = parts;
  const imageToken = vocabulary - 1;
  const features = [rows, pictures, 1, vision.tokens, vision.dim] as const;
  return recipe({
    name,
    steps: 1000,
    parts: parts.tree,
    stepsPerCall: STEPS,
    tasks: [
      task({
        name: 'rows',
        inputs: {
          tokens: { dtype: 'int64', shape: [rows, text] },
          counted: { dtype: 'bool', shape: [rows, text] },
          features: { dtype: 'float32', shape: features },
        },
        loss: (given) =>
          nextTokenLoss(
            interleavedLogits(parts, { tokens: given.tokens, features: given.features, imageToken }),
            given.tokens,
            given.counted,
          ),
        data: {
          batch: () => ({
            tokens: BigInt64Array.from({ length: rows * text }, (_, place) =>
              BigInt(place % (text / pictures) === 0 ? imageToken : (place * 37) % Math.min(200, imageToken)),
            ),
            counted: new Uint8Array(rows * text).fill(1),
            features: normalValues(
              features.reduce((all, size) => all * size, 1),
              1,
            ),
          }),
        },
      }),
    ],
    optimizer: { learningRate: 1e-4 },
  });
}

/**
 * A step of training, in milliseconds, and how far the losses and the norms of gradients of the first steps are from the CPU's.
 *
 * @param compares whether the CPU makes the same steps
 */
export async function trainingLines(
  model: TrainedModel,
  { folder, provider, note, peer }: RowContext,
  { rounds, compares }: { readonly rounds: number; readonly compares: boolean },
): Promise<readonly Line[]> {
  const made = madeUpRecipe(model);
  note('compile');
  const here = await openTrainer(made, join(folder, `${model.name}-training`), { provider, target: 'cuda' });
  try {
    note('steps');
    const first = await here.step();
    const lines: Line[] = [];
    const { rows, pictures, text } = model;
    const times = await inTurns(
      {
        here: () => timed(() => here.step()),
        peer:
          peer &&
          (() =>
            peer
              .ask({ do: 'train', rows, pictures, length: text, steps: STEPS })
              .then((each) => each * STEPS)),
      },
      rounds,
    );
    lines.push({
      ...{
        what: `a step of ${model.name}, ${STEPS} in a Loop`,
        value: measured(times.here) / STEPS,
        unit: 'ms',
      },
      ...(times.peer !== undefined && { peer: times.peer / STEPS }),
    });
    if (!compares) return lines;
    note('the same steps on the CPU');
    const cpu = await openTrainer(made, join(folder, `${model.name}-training-cpu`), {});
    try {
      const wanted = await cpu.step();
      let worst = 0;
      for (const name of ['loss', 'gradient_norm'])
        for (const [step, value] of (wanted[name] ?? [Number.NaN]).entries())
          worst = Math.max(worst, Math.abs((first[name]?.[step] ?? Number.NaN) - value) / Math.abs(value));
      const what = `losses and norms of gradients of ${STEPS} steps against the CPU's`;
      return [...lines, aimed({ what, value: worst, unit: 'largest difference' }, { most: PASSES })];
    } finally {
      await cpu.close();
    }
  } finally {
    await here.close();
  }
}
