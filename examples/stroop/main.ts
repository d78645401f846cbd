import { loadFlamingo, UserError } from 'flamingo-onnx/runtime';
import { stroopResults, stroopTable } from './interference.ts';
import { takeTest } from './take-test.ts';
import { writeStroopTasks } from './tasks.ts';

/*
 * The Stroop test of a compiled model: makes its pictures and tasks, asks them, and prints how often it is right and what
 * reading costs it. Run: npx tsx examples/stroop/main.ts MODEL [FOLDER [TASKS [NOISE]]], the folder of a compiled model,
 * where the pictures go, by default artifacts/stroop-tasks, tasks of each kind, by default 96, and the standard deviation of noise
 * in the pictures, from 0 (the default) to 255.
 */

const [folder, out = 'artifacts/stroop-tasks', tasksOfEach = '96', noiseOfAll = '0'] = process.argv.slice(2);
const [count, noise] = [Number(tasksOfEach), Number(noiseOfAll)];
if (folder === undefined || !Number.isSafeInteger(count) || count < 2 || !(noise >= 0 && noise <= 255)) {
  process.stderr.write(
    'Name the folder of a compiled model, a number of tasks from 2 and noise from 0 to 255: npx tsx examples/stroop/main.ts artifacts/stroop\n',
  );
  process.exit(2);
}
try {
  const written = await writeStroopTasks(out, { count, noise });
  const model = await loadFlamingo(folder);
  try {
    const outcomes = await takeTest(model, written);
    process.stdout.write(`${stroopTable(stroopResults(outcomes, written.shown))}\n`);
  } finally {
    await model.close();
  }
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(3);
}
