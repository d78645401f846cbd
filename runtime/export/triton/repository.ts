import { GENERATE, GENERATE_FROM_PIXELS } from '../../../artifact/added-graphs/generation-contract.ts';
import type { LanguageManifest } from '../../../artifact/manifest.ts';
import { UserError } from '../../../artifact/user-error.ts';
import type { Tokenizer } from '../../tokenizer.ts';
import { instanceGroups, type Placement } from './instance-groups.ts';
import { tritonPort, withoutBatch } from './ports.ts';
import { type PromptSettings, promptModel, promptSettings } from './prompt-model.ts';
import type { RepositoryModel } from './repository-model.ts';
import { stageModels } from './stage-models.ts';
import { NOT_IN_TRITON, TRITON_RUNTIME } from './triton-image.ts';

export interface RepositoryOptions extends Placement {
  /** Pictures of several requests that the vision graph takes at once. Default 32. */
  readonly batch?: number;
  /** Microseconds that a picture waits for others. Default 1000. */
  readonly delay?: number;
  /**
   * Serve the graph that sees pictures itself, in one request, in the place of the vision graph and the one from what is
   * kept of pictures. Default false.
   */
  readonly fromPixels?: boolean;
}

/** A model repository's models, and what the one that answers prompts must know. */
export interface Repository {
  readonly models: readonly RepositoryModel[];
  /** Of the model that answers prompts; undefined where the language graph is cut, and driven token by token. */
  readonly settings?: PromptSettings;
}

/**
 * The models of a repository for NVIDIA Triton that serves an artifact: `NAME-vision`, whose requests are joined,
 * `NAME-generate`, the whole generation in one graph, and `NAME`, which answers prompts by them; or from pixels
 * `NAME-generate-from-pixels` in the place of the first two. Of a language graph in stages: each of them, and the ensemble
 * `NAME-language` of all.
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
  requireOperators(manifest);
  const name = manifest.model.name.replaceAll(/[^\w-]/g, '-');
  const vision = visionModel(`${name}-vision`, manifest, options);
  const stages = manifest.stages?.language;
  if (stages !== undefined && options.fromPixels === true) {
    throw new UserError(
      `The model '${manifest.model.name}' is cut into stages, of which no graph writes whole answers: leave out --from-pixels.`,
    );
  }
  if (stages !== undefined) return { models: [...vision, ...stageModels(name, manifest, stages, options)] };
  if (options.fromPixels === true) return repositoryFromPixels(name, manifest, tokenizer, options);
  requireGraph(manifest, GENERATE);
  const models = { ...(vision.length > 0 && { vision: `${name}-vision` }), generate: `${name}-${GENERATE}` };
  const settings = promptSettings(manifest, tokenizer, { models, readsPixels: false });
  const answers = graphModel(models.generate, manifest, GENERATE, options);
  return { models: [...vision, answers, { config: promptModel(name, manifest, settings) }], settings };
}

/** `NAME-generate-from-pixels`, and `NAME`, which answers prompts by it alone. */
function repositoryFromPixels(
  name: string,
  manifest: LanguageManifest,
  tokenizer: Tokenizer,
  options: RepositoryOptions,
): Repository {
  if (options.batch !== undefined) {
    throw new UserError(
      'Pictures of several requests are joined by the vision graph, but the graph from pixels answers requests one by one: give either a batch or the form from pixels.',
    );
  }
  requireGraph(manifest, GENERATE_FROM_PIXELS);
  const generate = `${name}-${GENERATE_FROM_PIXELS}`;
  const settings = promptSettings(manifest, tokenizer, { models: { generate }, readsPixels: true });
  const answers = graphModel(generate, manifest, GENERATE_FROM_PIXELS, options);
  return { models: [answers, { config: promptModel(name, manifest, settings) }], settings };
}

function requireGraph({ graphs, model, image }: LanguageManifest, graph: string): void {
  if (Object.hasOwn(graphs, graph)) return;
  throw new UserError(
    graph === GENERATE_FROM_PIXELS && (image === undefined || Object.hasOwn(graphs, GENERATE))
      ? `The model '${model.name}' has no graph that writes whole answers from pixels: it is shown no pictures, or was compiled without one; leave out --from-pixels.`
      : `The model '${model.name}' has no graph of whole answers, which is what Triton serves: compile it with --generation, or with --stages where it is larger than a device.`,
  );
}

/** @throws UserError for a graph that Triton would refuse when it starts */
function requireOperators({ graphs, model, target }: LanguageManifest): void {
  for (const [name, { operators }] of Object.entries(graphs)) {
    const missing = NOT_IN_TRITON.find((operator) => (operators.after[operator] ?? 0) > 0);
    if (missing === undefined) continue;
    throw new UserError(
      `The graph '${name}' of the model '${model.name}', compiled for '${target}', has ${missing}, which the ONNX Runtime ${TRITON_RUNTIME} of Triton has not: compile it with --target cuda, or with --fusion off for the CPU.`,
    );
  }
}

/** A graph whose requests are run one by one. */
function graphModel(
  name: string,
  manifest: LanguageManifest,
  graph: string,
  options: RepositoryOptions,
): RepositoryModel {
  const { file, inputs, outputs } = manifest.graphs[graph] ?? { file: '', inputs: [], outputs: [] };
  return {
    graph,
    config: {
      name,
      backend: 'onnxruntime',
      max_batch_size: 0,
      default_model_filename: file,
      input: inputs.map(tritonPort),
      output: outputs.map(tritonPort),
      instance_group: instanceGroups(manifest, options),
    },
  };
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
