// The process whose memory the test looks at: `memory-child.ts FOLDER`. Prints the bytes that are resident before the first
// step, after a few, and after each of four further runs of steps.
import { join } from 'node:path';
import { compileTraining } from '../../compiler/training/compile-training.ts';
import { linear, recipe, reduceMean, square, type TaskInputs, task } from '../../models/index.ts';
import { writeFirstCheckpoint } from '../../runtime/training/first-checkpoint.ts';
import { Trainer } from '../../runtime/training/trainer.ts';

const [folder = ''] = process.argv.slice(2);
const WIDTH = 2048;
const inputs = { x: { dtype: 'float32', shape: [4, WIDTH] } } as const satisfies TaskInputs;
const parts = { only: linear(WIDTH, WIDTH) };
const training = recipe({
  ...{ name: 'wide', steps: 1000, parts },
  optimizer: { learningRate: 1e-4 },
  tasks: [
    task({
      ...{ name: 'zero', inputs },
      loss: ({ x }) => reduceMean(square(parts.only(x))),
      data: { batch: () => ({ x: new Float32Array(4 * WIDTH) }) },
    }),
  ],
});
const { plan, initial } = await compileTraining(training, { folder, recipeFolder: folder });
const checkpoint = join(folder, 'first.safetensors');
await writeFirstCheckpoint(checkpoint, plan, initial);
const trainer = await Trainer.open({ plan, folder, checkpoint, threads: 1 });

const resident = () => {
  globalThis.gc?.();
  return process.memoryUsage.rss();
};
const [port = ''] = Object.values(plan.step.tasks[0]?.inputs ?? {}).map((input) => input.port);
const data = Float32Array.from({ length: 4 * WIDTH }, (_, index) => Math.sin(index));
let first = 0;
const steps = async (count: number) => {
  for (const last = first + count; first < last; first += 1) {
    const feeds = { [port]: { dtype: 'float32', shape: [4, WIDTH], data } } as const;
    await trainer.step({ learningRates: [1e-4], first, feeds });
  }
  return resident();
};
const sizes = [resident()];
for (const count of [5, 10, 10, 10, 10]) sizes.push(await steps(count));
console.log(JSON.stringify(sizes));
await trainer.close();
