import { linear, type Recipe, recipe, reduceMean, square, subtract, task } from '../../models/index.ts';

/** Writes large checkpoints for how little it computes, so that a kill may well hit one that is being written. */
export function killedRecipe(): Recipe {
  const wide = linear(512, 128);
  return recipe({
    name: 'wide',
    steps: 20,
    parts: { wide },
    tasks: [
      task({
        name: 'fit',
        inputs: { x: { dtype: 'float32', shape: [2, 512] } },
        loss: ({ x }) => reduceMean(square(subtract(wide(x), 1))),
        data: {
          batch: (step, seed) => ({
            x: Float32Array.from({ length: 1024 }, (_, i) => Math.sin(seed + 7 * step + i * i)),
          }),
        },
      }),
    ],
    optimizer: { learningRate: 0.01 },
    schedule: { kind: 'cosine', warmUp: 5 },
    checkpointEvery: 1,
  });
}
