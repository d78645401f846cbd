import { evaluate, type FlamingoModel, readTasks, type TaskOutcome, UserError } from 'flamingo-onnx/runtime';
import { SHOTS_TRIED, type StroopTasks } from './tasks.ts';

/**
 * Asks a model the test: without examples in words, with them by the examples alone.
 *
 * @throws UserError for a task that cannot be read or answered
 */
export async function takeTest(
  model: FlamingoModel,
  { inWords, byExamples }: StroopTasks,
): Promise<readonly TaskOutcome[]> {
  const outcomes: TaskOutcome[] = [];
  for (const [file, shots] of [[inWords, [0]] as const, [byExamples, SHOTS_TRIED] as const]) {
    const { tasks, problems } = await readTasks(file);
    const run = await evaluate(model, tasks, { shots });
    const [problem] = [
      ...problems.map(({ message }) => message),
      ...run.failures.map(({ error }) => error.message),
    ];
    if (problem !== undefined) throw new UserError(problem);
    outcomes.push(...run.outcomes);
  }
  return outcomes;
}
