import { join } from 'node:path';
import { evaluate, loadFlamingo, readTasks, UserError } from 'flamingo-onnx/runtime';
import { stroopResults, stroopTable } from './interference.ts';
import { SHOTS, writeStroopTasks } from './tasks.ts';

/*
 * The Stroop test of a compiled model: makes its pictures and tasks, asks them, and prints how often it is right and what
 * reading costs it. Run: npx tsx examples/stroop/main.ts MODEL [FOLDER [TASKS]], the folder of a compiled model, where the
 * pictures go, by default artifacts/stroop-tasks, and tasks of each kind, by default 96.
 */

const [folder, out = 'artifacts/stroop-tasks', tasksOfEach = '96'] = process.argv.slice(2);
const count = Number(tasksOfEach);
if (folder === undefined || !Number.isSafeInteger(count) || count < 2) {
  process.stderr.write(
    'Name the folder of a compiled model, and a number of tasks from 2: npx tsx examples/stroop/main.ts artifacts/stroop\n',
  );
  process.exit(2);
}
try {
  const shown = await writeStroopTasks(out, { count });
  const { tasks } = await readTasks(join(out, 'tasks.jsonl'));
  const model = await loadFlamingo(folder);
  try {
    const { outcomes } = await evaluate(model, tasks, { shots: [1, SHOTS] });
    process.stdout.write(`${stroopTable(stroopResults(outcomes, shown))}\n`);
  } finally {
    await model.close();
  }
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(3);
}
