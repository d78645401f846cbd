import type { Graph } from './graph.ts';
import type { ParameterInfo } from './tensor.ts';

/**
 * A model ready to be compiled: its graphs, its parameters by name, and the facts that a runtime needs to prepare
 * images and prompts for it. `flamingo({...})` makes one; a model file exports it as its default.
 */
export interface Program {
  readonly kind: 'program';
  readonly name: string;
  readonly graphs: { readonly vision: Graph; readonly language: Graph };
  readonly facts: ModelFacts;
  /** Every parameter once, under the name that its place in the model gives it. */
  readonly parameters: ReadonlyMap<string, ParameterInfo>;
  /** Further names of tied parameters: alias -> name. */
  readonly aliases: ReadonlyMap<string, string>;
  /** How other projects spell these parameters' names, so that their weight files load as they are. */
  readonly checkpointNames: readonly CheckpointName[];
}

/** How another project names weights: a renaming, or tensors of its files that no model here has a use for. */
export type CheckpointName = RenamedWeight | UnusedWeight;

/**
 * One spelling: `*` stands for any run of characters and is carried over in order, as in
 * `{ ours: 'perceiver.layers.*.attention.*', theirs: 'perceiver.layers.*.0.*' }`.
 */
export interface RenamedWeight {
  readonly ours: string;
  readonly theirs: string;
  /**
   * Where `theirs` packs several weights into one tensor along its first axis: ours is the `index`-th of `of` equal
   * parts. `{ index: 1, of: 3 }` is the key of PyTorch's `in_proj_weight`.
   */
  readonly part?: { readonly index: number; readonly of: number };
}

/** Tensors that may be in a file and are not needed: `{ unused: 'text_model.*', because: "CLIP's text tower" }`. */
export interface UnusedWeight {
  /** `*` stands for any run of characters. */
  readonly unused: string;
  /** What they are, for the note that says that they were left aside. */
  readonly because: string;
}

/** What the runtime must know of a model besides its graphs; it becomes part of the artifact's manifest. */
export interface ModelFacts {
  /** The options the model was made with, for the record. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly image: {
    readonly size: number;
    readonly resize: 'shortest-edge' | 'stretch';
    readonly interpolation: 'bicubic' | 'bilinear' | 'nearest';
    readonly mean: readonly [number, number, number];
    readonly deviation: readonly [number, number, number];
    readonly maxFrames: number;
  };
  readonly language: {
    readonly vocabulary: number;
    readonly contextLength: number;
    readonly layers: number;
    readonly keyValueHeads: number;
    readonly headDim: number;
    readonly tokens: {
      readonly image: string;
      readonly endOfChunk: string;
      readonly padding: string;
      readonly beginning: string | null;
      readonly end: string | null;
    };
  };
  readonly crossAttention: {
    readonly layers: number;
    readonly heads: number;
    readonly headDim: number;
    readonly latents: number;
  };
}
