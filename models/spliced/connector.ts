import type { CheckpointName, Dim, Tensor } from '../../dsl/index.ts';

/** What a connector joins. */
export interface ConnectorSizes {
  /** Width of the vision encoder's features. */
  readonly vision: number;
  /** Width of the language model's embeddings. */
  readonly language: number;
  /** Features of a frame. */
  readonly tokens: number;
  /** Frames of a picture: 1, or an open size. */
  readonly frames: Dim;
}

/** Turns a vision encoder's features into tokens of a language model: a value that `spliced({ connector })` takes. */
export interface Connector {
  /** For the record. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The originals' names of its parameters. Default: none. */
  readonly checkpointNames?: readonly CheckpointName[];
  make(sizes: ConnectorSizes): MadeConnector;
}

/** A connector with its parameters. */
export interface MadeConnector {
  readonly part: object;
  /** Tokens that a picture becomes. */
  readonly features: Dim;
  /** `[images, frames, tokens, vision]` to `[images, features, language]`. */
  connect(features: Tensor): Tensor;
}
