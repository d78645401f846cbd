import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../../artifact/folder/make-folder.ts';
import { orRefusal } from '../../artifact/system-error.ts';
import {
  KEPT_WEIGHTS,
  type PlannedParameter,
  PORTS,
  type TrainingPlan,
} from '../../artifact/training-plan.ts';
import type { Graph } from '../../dsl/graph.ts';
import type { Recipe } from '../../dsl/program/recipe.ts';
import { compileGraph } from '../compile-graph.ts';
import { encodeModel, type ParameterStorage } from '../onnx/encode-model.ts';
import type { OnnxGraph } from '../onnx/onnx-graph.ts';
import type { StoredParameter } from '../stored-parameter.ts';
import type { CompilerTarget } from '../target/compiler-target.ts';
import { targetOf } from '../target/target.ts';
import { storageAs } from '../weights/store/weight-storage.ts';
import { weightValues } from '../weights/store/weight-values.ts';
import { writeWeights } from '../weights/store/write-weights.ts';
import { fingerprint } from './fingerprint.ts';
import { initialWeights } from './initial-weights.ts';
import { evaluationGraph, stepGraph } from './step-graph.ts';
import { stepsInALoop } from './steps-in-a-loop.ts';

export interface CompileTrainingOptions {
  /** Where the graphs go, beside the parameters that are not learned. */
  readonly folder: string;
  /** Where relative paths of the recipe start. */
  readonly recipeFolder: string;
  /** Default `cpu`. */
  readonly target?: string | CompilerTarget;
}

export interface CompiledTraining {
  readonly plan: TrainingPlan;
  /** First values of the learned parameters, made when they are asked for. */
  initial(name: string): Promise<Float32Array>;
}

/**
 * Compiles a recipe: its step graph, the graph of its evaluation, a file of the parameters that do not change, and the
 * plan that tells the runtime what is what.
 *
 * @throws ModelError for a loss that cannot be traced or differentiated
 * @throws UserError for files of earlier stages that do not fit
 */
export async function compileTraining(
  recipe: Recipe,
  { folder, recipeFolder, target = 'cpu' }: CompileTrainingOptions,
): Promise<CompiledTraining> {
  const { optimizerOnHost } = targetOf(target).capabilities;
  const { graph, losses, tasks, trained, set } = stepGraph(recipe, { optimizerOnHost });
  const evaluation = evaluationGraph(recipe, [...trained, ...set]);
  const sources = await initialWeights(recipe, recipeFolder);
  const learned = new Set(trained.map(({ parameter }) => parameter));
  const running = new Set(set.map(({ parameter }) => parameter));
  const kept = [...recipe.parameters.values()].filter((info) => !learned.has(info) && !running.has(info));

  await makeFolder(folder);
  const keptFile = join(folder, KEPT_WEIGHTS);
  const written = await writeWeights(keptFile, {
    parameters: kept,
    sources,
    seed: recipe.seed,
    storageOf: (parameter) => storageAs(parameter, 'float32'),
  });
  const locate = ({ name }: StoredParameter): ParameterStorage => {
    const place = written.tensors.get(name);
    if (place === undefined) throw new Error(`parameter ${name} is in the step graph, but nothing feeds it`);
    return { kind: 'external', file: KEPT_WEIGHTS, offset: place.offset, length: place.bytes };
  };
  const write = async (each: OnnxGraph): Promise<string> => {
    const file = `${each.name}.onnx`;
    const path = join(folder, file);
    await orRefusal(path, () => writeFile(path, encodeModel(each, locate)), 'written');
    return file;
  };
  // Several steps in one call are for state that stays on its device.
  const stacked = recipe.stepsPerCall > 1 && !optimizerOnHost;
  const oneStep = lowered(graph, target);

  const initial = (name: string): Promise<Float32Array> => {
    const parameter = recipe.parameters.get(name);
    if (parameter === undefined) throw new Error(`recipe '${recipe.name}' has no parameter ${name}`);
    return weightValues(parameter, sources.get(name), recipe.seed);
  };
  const plan: TrainingPlan = {
    name: recipe.name,
    seed: recipe.seed,
    steps: recipe.steps,
    optimizer: recipe.optimizer,
    schedule: recipe.schedule,
    stepsPerCall: recipe.stepsPerCall,
    checkpointEvery: recipe.checkpointEvery,
    trained: [
      ...[...learned].map(describeParameter),
      ...[...running].map((parameter) => ({ ...describeParameter(parameter), moments: false })),
    ],
    kept: kept.map(describeParameter),
    step: {
      file: await write(stacked ? stepsInALoop(oneStep, PORTS.updated) : oneStep),
      stacked,
      optimizerOnHost,
      tasks,
    },
    evaluation:
      evaluation === undefined || recipe.evaluation === undefined
        ? undefined
        : {
            file: await write(lowered(evaluation.graph, target)),
            every: recipe.evaluation.every,
            batches: recipe.evaluation.batches,
            tasks: evaluation.tasks,
          },
    identity: {
      seed: String(recipe.seed),
      optimizer: JSON.stringify(recipe.optimizer),
      // A constant rate does not depend on how long the run will be.
      schedule: JSON.stringify({
        ...recipe.schedule,
        ...(recipe.schedule.kind === 'constant' ? {} : { steps: recipe.steps }),
      }),
      tasks: JSON.stringify(tasks.map(({ name, weight, inputs }) => ({ name, weight, inputs }))),
      'model or loss': fingerprint({ name: 'losses', inputs: {}, outputs: losses }),
      'frozen weights': written.sha256,
    },
  };
  return { plan, initial };
}

function lowered(graph: Graph, target: string | CompilerTarget): OnnxGraph {
  return compileGraph(graph, { target, precision: 'float32', marks: false }).onnx;
}

function describeParameter({ name, shape }: StoredParameter): PlannedParameter {
  return { name, shape };
}
