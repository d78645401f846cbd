import type { LanguageManifest } from '../../../artifact/manifest.ts';
import { UserError } from '../../../artifact/user-error.ts';
import type { Tokenizer } from '../../tokenizer.ts';
import { instanceGroups, type Placement } from './instance-groups.ts';
import { tritonPort, withoutBatch } from './ports.ts';
import { type PromptSettings, promptModel, promptSettings } from './prompt-model.ts';
import type { RepositoryModel } from './repository-model.ts';
import { stageModels } from './stage-models.ts';

export interface RepositoryOptions extends Placement {
  /** Pictures of several requests that the vision graph takes at once. Default 32. */
  readonly batch?: number;
  /** Microseconds that a picture waits for others. Default 1000. */
  readonly delay?: number;
}

/** A model repository's models, and what the one that answers prompts must know. */
export interface Repository {
  readonly models: readonly RepositoryModel[];
  /** Of the model that answers prompts; undefined where the language graph is cut, and driven token by token. */
  readonly settings?: PromptSettings;
}

/**
 * The models of a repository for NVIDIA Triton that serves an artifact: `NAME-vision`, whose requests are joined,
 * `NAME-generate`, the whole generation in one graph, and `NAME`, which answers prompts by them. Of a language graph in
 * stages: each of them, and the ensemble `NAME-language` of all.
 *
 * @throws UserError for an artifact without a graph of whole answers or stages, or of a way of media or pictures that the
 *   model of prompts does not know
 */
export function repositoryOf(
  manifest: LanguageManifest,
  tokenizer: Tokenizer,
  options: RepositoryOptions = {},
): Repository {
  const { gpus } = options;
  if (gpus !== undefined && manifest.provider !== 'cuda') {
    throw new UserError(
      `GPUs ${gpus.join(', ')} were given but the model '${manifest.model.name}' was compiled for '${manifest.target}': compile it with --target cuda, or leave them out.`,
    );
  }
  const name = manifest.model.name.replaceAll(/[^\w-]/g, '-');
  const vision = visionModel(`${name}-vision`, manifest, options);
  const stages = manifest.stages?.language;
  if (stages !== undefined) return { models: [...vision, ...stageModels(name, manifest, stages, options)] };
  const generate = manifest.graphs.generate;
  if (generate === undefined) {
    throw new UserError(
      `The model '${manifest.model.name}' has no graph of whole answers, which is what Triton serves: compile it with --generation, or with --stages where it is larger than a device.`,
    );
  }
  const names = { ...(vision.length > 0 && { vision: `${name}-vision` }), generate: `${name}-generate` };
  const settings = promptSettings(manifest, tokenizer, names);
  const answers: RepositoryModel = {
    graph: 'generate',
    config: {
      name: names.generate,
      backend: 'onnxruntime',
      max_batch_size: 0,
      default_model_filename: generate.file,
      input: generate.inputs.map(tritonPort),
      output: generate.outputs.map(tritonPort),
      instance_group: instanceGroups(manifest, options),
    },
  };
  return { models: [...vision, answers, { config: promptModel(name, manifest, settings) }], settings };
}

function visionModel(
  name: string,
  manifest: LanguageManifest,
  options: RepositoryOptions,
): readonly RepositoryModel[] {
  const { vision } = manifest.graphs;
  const { batch = 32, delay = 1000 } = options;
  if (vision === undefined) return [];
  return [
    {
      graph: 'vision',
      config: {
        name,
        backend: 'onnxruntime',
        max_batch_size: batch,
        default_model_filename: vision.file,
        input: vision.inputs.map(withoutBatch),
        output: vision.outputs.map(withoutBatch),
        dynamic_batching: { max_queue_delay_microseconds: delay },
        instance_group: instanceGroups(manifest, options),
      },
    },
  ];
}
