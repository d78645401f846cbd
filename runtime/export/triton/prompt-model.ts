import type { GraphPort, LanguageManifest } from '../../../artifact/manifest.ts';
import { UserError } from '../../../artifact/user-error.ts';
import { evaluateDim } from '../../../dsl/shape/dim.ts';
import { tokensOf } from '../../generate/options.ts';
import type { Tokenizer } from '../../tokenizer.ts';
import type { ModelConfig, TritonDtype, TritonPort } from './model-config.ts';
import { tritonPort } from './ports.ts';

/** What `prompt.py` reads from `flamingo.json`. */
export interface PromptSettings extends Pick<LanguageManifest, 'image' | 'media'> {
  readonly models: { readonly vision?: string; readonly generate: string };
  /** Whether the graph of whole answers sees pictures itself: pixels go in, and nothing of a picture is kept. */
  readonly readsPixels: boolean;
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

/**
 * What the model of prompts must know of an artifact.
 *
 * @param of names of the models that it asks, and whether the one of whole answers sees pictures
 * @throws UserError for a way of media or pictures that it does not lay out
 */
export function promptSettings(
  manifest: LanguageManifest,
  { special }: Tokenizer,
  { models, readsPixels }: Pick<PromptSettings, 'models' | 'readsPixels'>,
): PromptSettings {
  requireKnown(manifest);
  const { language, media, image, graphs } = manifest;
  const { contextLength, tokens } = language;
  const { ends, never } = tokensOf(special);
  return {
    ...{ models, readsPixels },
    keeps: Object.fromEntries(
      keptOutputs(manifest).map(({ name, shape }) => [name, sizesOfOne(shape.slice(1))]),
    ),
    ...(image && { image }),
    media,
    past: pastOf(graphs.generate?.inputs ?? []),
    language: { contextLength },
    tokens,
    special,
    stops: [...ends],
    never,
  };
}

/** The model of prompts. All but `texts` may be left out; what is kept of pictures and of shots goes in as it came out. */
export function promptModel(
  name: string,
  manifest: LanguageManifest,
  { past, readsPixels }: Pick<PromptSettings, 'past' | 'readsPixels'>,
): ModelConfig {
  const one = (port: string, data_type: TritonDtype): TritonPort => ({
    ...{ name: port, data_type, dims: [1], optional: true },
  });
  const cache = Object.entries(past).map(
    ([part, sizes]): TritonPort => ({
      ...{ name: `kept_${part}`, data_type: 'TYPE_FP32', dims: sizes.map((size) => size ?? -1) },
    }),
  );
  const pictures = (readsPixels ? [] : keptOutputs(manifest)).map(
    (port): TritonPort => ({ ...tritonPort(port), name: `picture.${port.name}` }),
  );
  const kept: readonly TritonPort[] = [
    { name: 'kept_tokens', data_type: 'TYPE_INT64', dims: [-1] },
    ...cache,
    ...pictures,
  ];
  return {
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
  };
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
  if (image?.longestEdge !== undefined || image?.interpolation === 'lanczos') {
    throw new UserError(
      `The model '${model.name}' resizes pictures by their longest edge or by Lanczos' kernel, which the exported model of prompts does not: serve it from Node.`,
    );
  }
  if (media.text !== undefined) {
    throw new UserError(
      `The model '${model.name}' has text around its pictures, which the exported model of prompts does not write: serve it from Node.`,
    );
  }
  if (language.cacheLength !== undefined) {
    throw new UserError(
      `The model '${model.name}' has a static cache, which the graph of whole answers has not: compile it without.`,
    );
  }
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
