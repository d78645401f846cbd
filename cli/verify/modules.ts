import { UserError } from '../../artifact/user-error.ts';
import type { CheckpointName } from '../../dsl/program/program.ts';
import type { Tensor } from '../../dsl/tensor.ts';
import { mediaMask } from '../../models/flamingo/media-mask.ts';
import { openFlamingoNames } from '../../models/flamingo/open-flamingo-names.ts';
import { perceiverResampler } from '../../models/flamingo/perceiver-resampler.ts';
import { maskedGatedCrossAttention } from '../../models/media/gated-cross-attention.ts';
import type { OptionRules, OptionValues } from './reference-options.ts';

/** An input or output of a module: its axes by name, as in `batch text dim`. */
export interface PortRule {
  readonly axes: string;
  readonly dtype: 'float32' | 'bool';
  readonly optional?: true;
}

/** A module of another implementation that this project has too, ready to be built from a reference file. */
export interface VerifiedModule<R extends OptionRules = OptionRules> {
  /** The constructor's arguments, by their names in Python, and arguments of the call that change the result. */
  readonly options: R;
  readonly inputs: Readonly<Record<string, PortRule>>;
  readonly outputs: Readonly<Record<string, PortRule>>;
  /** The sizes of named axes that the options decide. */
  sizes(options: OptionValues<R>): Readonly<Record<string, number>>;
  /** How the module's own parameter names map to this project's. */
  readonly weightNames: readonly CheckpointName[];
  build(options: OptionValues<R>, inputs: Readonly<Record<string, Tensor>>): BuiltModule;
}

interface BuiltModule {
  /** The tree of parameters, for their names. */
  readonly parts: object;
  readonly outputs: Readonly<Record<string, Tensor>>;
}

/** Checks a module's own parts against each other; the table below holds modules of different options. */
function defineModule<const R extends OptionRules>(module: VerifiedModule<R>): VerifiedModule {
  // Options are read by these same rules before `sizes` and `build` see them.
  return module as unknown as VerifiedModule;
}

/** open_flamingo 2.0's `helpers.py`; an argument that a file leaves out has the default that it has there. */
const MODULES: Readonly<Record<string, VerifiedModule>> = {
  PerceiverResampler: defineModule({
    options: {
      dim: { kind: 'size' },
      depth: { kind: 'size', standard: 6, most: 1000 },
      dim_head: { kind: 'size', standard: 64 },
      heads: { kind: 'size', standard: 8 },
      num_latents: { kind: 'size', standard: 64 },
      max_num_media: { kind: 'optional size', standard: null },
      max_num_frames: { kind: 'optional size', standard: null },
      ff_mult: { kind: 'positive number', standard: 4 },
    },
    inputs: { features: { axes: 'batch media frames tokens dim', dtype: 'float32' } },
    outputs: { latents: { axes: 'batch media latents dim', dtype: 'float32' } },
    sizes: ({ dim, num_latents }) => ({ dim, latents: num_latents }),
    weightNames: weightNames('perceiver.'),
    build(options, inputs) {
      const block = perceiverResampler({
        dim: options.dim,
        heads: options.heads,
        headDim: options.dim_head,
        latents: options.num_latents,
        inner: Math.trunc(options.dim * options.ff_mult),
        depth: options.depth,
        activation: 'gelu',
        finalNorm: true,
        ...(options.max_num_frames !== null && { maxFrames: options.max_num_frames }),
        ...(options.max_num_media !== null && { maxMedia: options.max_num_media }),
      });
      return { parts: block.parts, outputs: { latents: block(given(inputs, 'features')) } };
    },
  }),
  GatedCrossAttentionBlock: defineModule({
    options: {
      dim: { kind: 'size' },
      dim_visual: { kind: 'size' },
      dim_head: { kind: 'size', standard: 64 },
      heads: { kind: 'size', standard: 8 },
      ff_mult: { kind: 'positive number', standard: 4 },
      only_attend_immediate_media: { kind: 'boolean', standard: true },
      use_cached_media: { kind: 'boolean', standard: false },
    },
    inputs: {
      hidden: { axes: 'batch text dim', dtype: 'float32' },
      media: { axes: 'batch media latents vision', dtype: 'float32' },
      media_locations: { axes: 'batch places', dtype: 'bool', optional: true },
    },
    outputs: { hidden: { axes: 'batch text dim', dtype: 'float32' } },
    sizes: ({ dim, dim_visual }) => ({ dim, vision: dim_visual }),
    weightNames: weightNames('cross_attention.*.'),
    build(options, inputs) {
      const block = maskedGatedCrossAttention({
        dim: options.dim,
        vision: options.dim_visual,
        heads: options.heads,
        headDim: options.dim_head,
        inner: Math.trunc(options.dim * options.ff_mult),
        activation: 'gelu',
      });
      const hidden = given(inputs, 'hidden');
      const media = given(inputs, 'media');
      const locations = inputs.media_locations;
      const cached = options.use_cached_media;
      if (!cached && locations?.shape[1] !== hidden.shape[1]) {
        const found = locations === undefined ? 'there are none' : `there are ${locations.shape[1]}`;
        throw new UserError(
          `input.media_locations must have one place for each of the ${hidden.shape[1]} tokens of input.hidden unless use_cached_media is True, but ${found}.`,
        );
      }
      // Without locations every token attends to every image.
      if (locations === undefined) return { parts: block.parts, outputs: { hidden: block(hidden, media) } };
      const onlyImmediate = options.only_attend_immediate_media;
      const mask = mediaMask(locations, hidden.shape[1] ?? 0, media.shape[1] ?? 0, { onlyImmediate, cached });
      return { parts: block.parts, outputs: { hidden: block(hidden, media, mask.attends, mask.uniform) } };
    },
  }),
};

/** @throws UserError when the file names no module, or one that cannot be verified */
export function findModule(metadata: ReadonlyMap<string, string>, label: string): VerifiedModule {
  const known = Object.keys(MODULES).join(' or ');
  const name = metadata.get('module');
  if (name === undefined)
    throw new UserError(`${label} does not say which module it is of: its metadata needs module = ${known}.`);
  // Python may print where a class comes from: open_flamingo.src.helpers.PerceiverResampler.
  const module = Object.hasOwn(MODULES, lastWord(name)) ? MODULES[lastWord(name)] : undefined;
  if (module === undefined)
    throw new UserError(`${label} is of the module ${name}, which cannot be verified; known are ${known}.`);
  return module;
}

function lastWord(name: string): string {
  return name.split('.').at(-1) ?? name;
}

/** The spellings of whole checkpoints, for the inside of one block. */
function weightNames(prefix: string): readonly CheckpointName[] {
  return openFlamingoNames.flatMap((rule) => {
    if (!('ours' in rule)) return [];
    const { ours, theirs } = rule;
    if (!ours.startsWith(prefix) || !theirs.startsWith(prefix)) return [];
    return [{ ours: ours.slice(prefix.length), theirs: theirs.slice(prefix.length) }];
  });
}

function given(inputs: Readonly<Record<string, Tensor>>, name: string): Tensor {
  const tensor = inputs[name];
  if (tensor === undefined) throw new Error(`input ${name} was not read`);
  return tensor;
}
