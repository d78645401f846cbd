import type { GraphPort, LanguageManifest } from '../../../artifact/manifest.ts';
import { UserError } from '../../../artifact/user-error.ts';
import type { Dtype } from '../../../dsl/dtype.ts';
import { evaluateDim } from '../../../dsl/shape/dim.ts';
import { tokensOf } from '../../generate/options.ts';
import type { Tokenizer } from '../../tokenizer.ts';
import type { EnsembleStep, InstanceGroup, ModelConfig, TritonDtype, TritonPort } from './model-config.ts';

export interface RepositoryOptions {
  /** Copies of each graph on each device. Default 1. */
  readonly instances?: number;
  /** Numbers of the GPUs that run the graphs; with stages one for each of them, in turn. Default: all that there are. */
  readonly gpus?: readonly number[];
  /** Pictures of several requests that the vision graph takes at once. Default 32. */
  readonly batch?: number;
  /** Microseconds that a picture waits for others. Default 1000. */
  readonly delay?: number;
}

/** One model of a repository: its configuration, and the files of its version 1. */
export interface RepositoryModel {
  readonly config: ModelConfig;
  /** The artifact's graph that it runs; undefined for a model that is none. */
  readonly graph?: string;
}

/** A model repository's models, and what the one that answers prompts must know. */
export interface Repository {
  readonly models: readonly RepositoryModel[];
  /** Of the model that answers prompts; undefined where the language graph is cut, and driven token by token. */
  readonly settings?: PromptSettings;
}

/** What `prompt_model.py` reads from `flamingo.json`. */
export interface PromptSettings extends Pick<LanguageManifest, 'image' | 'media'> {
  readonly models: { readonly vision?: string; readonly generate: string };
  /** Outputs of the vision graph that the language graph takes, with their sizes of one picture. */
  readonly keeps: Readonly<Record<string, readonly number[]>>;
  /**
   * What is kept of text that was read, by its name behind `past_` and `present_`: sizes of one sequence, null for its
   * tokens. Keys and values have one; the state of a recurrence has none.
   */
  readonly past: Readonly<Record<string, readonly (number | null)[]>>;
  readonly language: Pick<LanguageManifest['language'], 'contextLength'>;
  /** Texts of special tokens, as the manifest has them. */
  readonly tokens: LanguageManifest['language']['tokens'];
  /** Ids of special tokens. */
  readonly special: Tokenizer['special'];
  /** Ids that end an answer, and that are never chosen. */
  readonly stops: readonly number[];
  readonly never: readonly number[];
}

const TRITON_DTYPES: Readonly<Record<Dtype, TritonDtype>> = {
  float32: 'TYPE_FP32',
  float16: 'TYPE_FP16',
  bfloat16: 'TYPE_BF16',
  int64: 'TYPE_INT64',
  int32: 'TYPE_INT32',
  int8: 'TYPE_INT8',
  uint8: 'TYPE_UINT8',
  bool: 'TYPE_BOOL',
};

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
  requireKnown(manifest);
  const models: RepositoryModel[] = [
    ...vision,
    {
      graph: 'generate',
      config: {
        name: `${name}-generate`,
        backend: 'onnxruntime',
        max_batch_size: 0,
        default_model_filename: generate.file,
        input: generate.inputs.map((port) => tritonPort(port)),
        output: generate.outputs.map((port) => tritonPort(port)),
        instance_group: instances(manifest, options),
      },
    },
  ];
  const keeps = keptOutputs(manifest);
  const { language, media, image } = manifest;
  const { contextLength, tokens } = language;
  const past = pastOf(generate.inputs);
  const { ends, never } = tokensOf(tokenizer.special);
  const settings: PromptSettings = {
    models: { ...(vision.length > 0 && { vision: `${name}-vision` }), generate: `${name}-generate` },
    keeps: Object.fromEntries(keeps.map(({ name: kept, shape }) => [kept, sizesOfOne(shape.slice(1))])),
    ...(image && { image }),
    media,
    past,
    language: { contextLength },
    tokens,
    special: tokenizer.special,
    stops: [...ends],
    never,
  };
  return { models: [...models, promptModel(name, past, keeps)], settings };
}

/** The ways that the model of prompts lays out. */
const KNOWN_WAYS: ReadonlySet<string> = new Set([
  'packed-cross-attention',
  'masked-cross-attention',
  'latent-cross-attention',
  'spliced',
  'none',
]);

function requireKnown({ media, image, language, model }: LanguageManifest): void {
  if (!KNOWN_WAYS.has(media.way)) {
    throw new UserError(
      `The model '${model.name}' shows pictures to its text by '${media.way}', which the exported model of prompts does not lay out: it knows ${[...KNOWN_WAYS].join(', ')}.`,
    );
  }
  if (image?.tiles !== undefined) {
    throw new UserError(
      `The model '${model.name}' cuts pictures into tiles, which the exported model of prompts does not: serve it from Node.`,
    );
  }
  if (language.cacheLength !== undefined) {
    throw new UserError(
      `The model '${model.name}' has a static cache, which the graph of whole answers has not: compile it without.`,
    );
  }
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
        input: vision.inputs.map((port) => withoutBatch(port)),
        output: vision.outputs.map((port) => withoutBatch(port)),
        dynamic_batching: { max_queue_delay_microseconds: delay },
        instance_group: instances(manifest, options),
      },
    },
  ];
}

/** Each stage on a device of its own, and the ensemble that passes on what they carry. */
function stageModels(
  name: string,
  manifest: LanguageManifest,
  stages: readonly string[],
  options: RepositoryOptions,
): readonly RepositoryModel[] {
  const { gpus } = options;
  const models = stages.map((stage, index): RepositoryModel => {
    const graph = manifest.graphs[stage];
    if (graph === undefined) throw new Error(`the stage ${stage} is not there`);
    const gpu = gpus?.[index % gpus.length];
    return {
      graph: stage,
      config: {
        name: `${name}-${stage}`,
        backend: 'onnxruntime',
        max_batch_size: 0,
        default_model_filename: graph.file,
        input: graph.inputs.map((port) => tritonPort(port)),
        output: graph.outputs.map((port) => tritonPort(port)),
        instance_group: instances(manifest, { ...options, gpus: [gpu ?? index] }),
      },
    };
  });
  const given = new Set(models.flatMap(({ config }) => config.output.map((port) => port.name)));
  const taken = new Set(models.flatMap(({ config }) => config.input.map((port) => port.name)));
  const unique = (ports: readonly TritonPort[]) => [
    ...new Map(ports.map((port) => [port.name, port])).values(),
  ];
  const same = (ports: readonly TritonPort[]) => ports.map((port) => ({ key: port.name, value: port.name }));
  const ensemble: ModelConfig = {
    name: `${name}-language`,
    platform: 'ensemble',
    max_batch_size: 0,
    input: unique(models.flatMap(({ config }) => config.input)).filter((port) => !given.has(port.name)),
    output: models.flatMap(({ config }) => config.output).filter((port) => !taken.has(port.name)),
    ensemble_scheduling: {
      step: models.map(
        ({ config }): EnsembleStep => ({
          model_name: config.name,
          model_version: -1,
          input_map: same(config.input),
          output_map: same(config.output),
        }),
      ),
    },
  };
  return [...models, { config: ensemble }];
}

/** The model of prompts. All but `texts` may be left out; what is kept of pictures and of shots goes in as it came out. */
function promptModel(
  name: string,
  past: PromptSettings['past'],
  keeps: readonly GraphPort[],
): RepositoryModel {
  const one = (port: string, data_type: TritonDtype): TritonPort => ({
    ...{ name: port, data_type, dims: [1], optional: true },
  });
  const cache = Object.entries(past).map(
    ([part, sizes]): TritonPort => ({
      ...{ name: `kept_${part}`, data_type: 'TYPE_FP32', dims: sizes.map((size) => size ?? -1) },
    }),
  );
  const pictures = keeps.map((port): TritonPort => ({ ...tritonPort(port), name: `picture.${port.name}` }));
  const kept: readonly TritonPort[] = [
    { name: 'kept_tokens', data_type: 'TYPE_INT64', dims: [-1] },
    ...cache,
    ...pictures,
  ];
  return {
    config: {
      name,
      backend: 'python',
      max_batch_size: 0,
      input: [
        { name: 'texts', data_type: 'TYPE_STRING', dims: [-1] },
        { name: 'images', data_type: 'TYPE_STRING', dims: [-1], optional: true },
        { name: 'images_of_text', data_type: 'TYPE_INT32', dims: [-1], optional: true },
        one('max_new_tokens', 'TYPE_INT32'),
        one('temperature', 'TYPE_FP32'),
        one('top_k', 'TYPE_INT32'),
        one('top_p', 'TYPE_FP32'),
        one('seed', 'TYPE_INT64'),
        ...kept.map((port) => ({ ...port, optional: true })),
      ],
      output: [
        { name: 'text', data_type: 'TYPE_STRING', dims: [1] },
        { name: 'tokens', data_type: 'TYPE_INT64', dims: [-1] },
        { name: 'log_probabilities', data_type: 'TYPE_FP32', dims: [-1] },
        ...kept,
      ],
      instance_group: [{ kind: 'KIND_CPU', count: 2 }],
    },
  };
}

/** What the vision graph gives and the graph of answers takes. */
function keptOutputs({ graphs: { vision, generate } }: LanguageManifest): readonly GraphPort[] {
  const taken = new Set(generate?.inputs.map(({ name }) => name));
  const renamed: Readonly<Record<string, string>> = { features: 'image_features', latents: 'media_latents' };
  return (vision?.outputs ?? []).filter(({ name }) => taken.has(renamed[name] ?? name));
}

const PAST = 'past_';

function pastOf(inputs: readonly GraphPort[]): PromptSettings['past'] {
  const past = inputs.filter(({ name }) => name.startsWith(PAST));
  return Object.fromEntries(
    past.map(({ name, shape }) => [
      name.slice(PAST.length),
      shape.slice(1).map((size) => (typeof size === 'number' ? size : null)),
    ]),
  );
}

/** Sizes of a picture of one frame. */
function sizesOfOne(shape: GraphPort['shape']): readonly number[] {
  return shape.map((size) => evaluateDim(size, new Map([['frames', 1]])) ?? 1);
}

function instances(
  { provider }: LanguageManifest,
  { instances: count = 1, gpus }: RepositoryOptions,
): readonly InstanceGroup[] {
  if (provider !== 'cuda') return [{ kind: 'KIND_CPU', count }];
  return [{ kind: 'KIND_GPU', count, ...(gpus && { gpus }) }];
}

function tritonPort({ name, dtype, shape }: GraphPort): TritonPort {
  const dims = shape.map((size) => (typeof size === 'number' ? size : -1));
  return { name, data_type: TRITON_DTYPES[dtype], dims };
}

/** As `tritonPort`, without the first axis, along which Triton joins requests. */
function withoutBatch(port: GraphPort): TritonPort {
  const { dims, ...rest } = tritonPort(port);
  return { ...rest, dims: dims.slice(1) };
}
