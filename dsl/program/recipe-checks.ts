import { fail } from '../operator.ts';
import { shownValue } from '../options/option-kinds.ts';
import { refuseUnknown } from '../options/refused-options.ts';
import { isFolderName } from './folder-name.ts';
import type { RecipeDefinition, Task, TaskDefinition, TaskInputs } from './recipe-definition.ts';

/** Of `recipe(…)`; true for what is checked by itself. Numbers that have bounds are checked once more, by those. */
const KNOWN = {
  name: 'a text',
  seed: true,
  steps: true,
  parts: true,
  tasks: true,
  optimizer: {
    learningRate: 'a number',
    weightDecay: 'a number',
    betas: 'a list of numbers',
    epsilon: 'a number',
    clipNorm: 'a number',
  },
  schedule: { kind: ['constant', 'cosine'], warmUp: true, final: 'a number' },
  initialFrom: true,
  evaluation: { every: true, batches: true, tasks: true },
  recompute: true,
  stepsPerCall: true,
  checkpointEvery: true,
} satisfies Record<keyof RecipeDefinition, unknown>;

/** The dtypes that a batch may hold. */
const DTYPES: readonly unknown[] = ['float32', 'int64', 'int32', 'uint8', 'bool'];

/**
 * What types cannot tell of a recipe, and what they do where its author's are off.
 *
 * @throws ModelError
 */
export function checkRecipe(definition: RecipeDefinition): void {
  refuseUnknown('recipe', definition, KNOWN);
  const { name, steps, seed = 0, tasks, evaluation, stepsPerCall = 1, checkpointEvery = 100 } = definition;
  if (!isFolderName(name))
    fail(`recipe: the name must be one that a folder can have, but it is '${onOneLine(name)}'`);
  wholeFrom(1, { steps, stepsPerCall, checkpointEvery });
  wholeFrom(0, { seed });
  if (!(tasks?.length > 0)) fail('recipe: tasks is empty; give at least one task');
  distinctNames('tasks', tasks);
  if (evaluation !== undefined) {
    wholeFrom(1, { 'evaluation.every': evaluation.every, 'evaluation.batches': evaluation.batches });
    if (!(evaluation.tasks?.length > 0))
      fail('recipe: evaluation.tasks is empty; give at least one task, or leave evaluation out');
    distinctNames('evaluation.tasks', evaluation.tasks);
  }
  checkOptimizer(definition.optimizer ?? {});
  checkSchedule(definition);
}

/**
 * The same of a task.
 *
 * @throws ModelError
 */
export function checkTask<const I extends TaskInputs>({
  name,
  weight = 1,
  inputs,
  data,
}: Partial<TaskDefinition<I>> & { readonly weight?: number }): void {
  if (typeof name !== 'string' || !/^[\w-]+$/.test(name))
    fail(`task: the name must be letters, digits, '_' and '-', but it is '${name}'`);
  if (!Number.isFinite(weight) || weight <= 0)
    fail(`task: the weight of '${name}' must be above 0, but it is ${weight}`);
  for (const [key, input] of Object.entries(inputs ?? {})) {
    if (!DTYPES.includes(input.dtype))
      fail(
        `task: input '${key}' of '${name}' must be ${DTYPES.join(' or ')}, but it is ${shownValue(input.dtype)}`,
      );
  }
  if (typeof data?.batch !== 'function') {
    fail(
      `task: the data of '${name}' must have a function batch(step, seed), but ${data === undefined ? 'there is no data' : `its batch is ${shownValue(data?.batch)}`}`,
    );
  }
}

function wholeFrom(least: number, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (!Number.isSafeInteger(value) || value < least)
      fail(`recipe: ${name} must be a whole number from ${least} on, but it is ${shownValue(value)}`);
  }
}

function distinctNames(where: string, tasks: readonly Task[]): void {
  const names = tasks.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) fail(`recipe: two of ${where} are called '${twice}'; give each a name of its own`);
}

function checkOptimizer(optimizer: Partial<RecipeDefinition['optimizer']>): void {
  const { learningRate, weightDecay = 0, betas = [0, 0], epsilon = 1, clipNorm = 1 } = optimizer;
  for (const [name, value] of Object.entries({ learningRate, epsilon, clipNorm })) {
    if (!(value !== undefined && value > 0))
      fail(`recipe: optimizer.${name} must be above 0, but it is ${value}`);
  }
  for (const [name, value] of Object.entries({ learningRate, epsilon, weightDecay })) {
    if (value === Number.POSITIVE_INFINITY)
      fail(`recipe: optimizer.${name} must be a finite number, but it is ${value}`);
  }
  if (!(weightDecay >= 0)) fail(`recipe: optimizer.weightDecay must be 0 or more, but it is ${weightDecay}`);
  const given: readonly number[] = betas;
  if (given.length !== 2) fail(`recipe: optimizer.betas must be two numbers, but it is ${shownValue(given)}`);
  for (const [index, beta] of given.entries()) {
    if (!(beta >= 0 && beta < 1))
      fail(`recipe: optimizer.betas[${index}] must be from 0 to less than 1, but it is ${beta}`);
  }
}

function checkSchedule({ schedule, steps }: RecipeDefinition): void {
  if (schedule === undefined) return;
  if (schedule.kind === undefined)
    fail('recipe: schedule.kind must be constant or cosine, but it is undefined');
  const { warmUp = 0 } = schedule;
  wholeFrom(0, { 'schedule.warmUp': warmUp });
  if (warmUp > steps) fail(`recipe: schedule.warmUp must be at most the ${steps} steps, but it is ${warmUp}`);
  const final = schedule.kind === 'cosine' ? (schedule.final ?? 0) : 0;
  if (!(final >= 0 && final <= 1)) fail(`recipe: schedule.final must be from 0 to 1, but it is ${final}`);
}

function onOneLine(name: string): string {
  return name.slice(0, 60).replaceAll(/\p{Cc}/gu, '\u{FFFD}');
}
