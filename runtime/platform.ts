import type { LanguageManifest } from '../artifact/manifest.ts';
import type { MediaWayDefinition } from '../artifact/media/way.ts';
import type { SafetensorsFile, TensorToWrite } from '../artifact/weights/safetensors.ts';
import type { PictureReader } from './images/picture-reader.ts';
import type { GraphSession, OpenOptions } from './session.ts';
import type { Tokenizer } from './tokenizer.ts';

/** What a model needs of the place where it runs, Node or a browser; all else of the runtime is the same in both. */
export interface Platform {
  /**
   * Opens a model and what is made of it, and does so again where another took its place meanwhile.
   *
   * @param address the artifact's folder, or its address
   * @param discard frees what `use` gave when it may be of two models
   * @throws UserError for an artifact that cannot be used, and what `use` throws
   */
  withModel<Made>(
    address: string,
    options: ModelOptions,
    use: (model: OpenedModel) => Promise<Made>,
    discard: (made: Made) => Promise<void>,
  ): Promise<Made>;
  readonly pictures: PictureReader;
  /** Imports a module that runs a way of media of one's own. */
  importModule(address: string): Promise<Readonly<Record<string, unknown>>>;
  /** Bytes that the model may use. */
  readonly memory: number;
  /** Files of prepared tasks; left out where there are no files. */
  readonly tasks?: TaskStore;
}

/** Where prepared tasks are kept: safetensors files. */
export interface TaskStore {
  /** @throws UserError for a file that cannot be read, or is none */
  open(path: string): Promise<SafetensorsFile>;
  /** @throws UserError for a file that cannot be written, which then is as it was */
  write(
    path: string,
    tensors: readonly TensorToWrite[],
    metadata: Readonly<Record<string, string>>,
  ): Promise<unknown>;
}

export type ModelOptions = {
  /** Hash the large files too. */
  readonly verify: boolean;
  /** Ways of media besides this project's. */
  readonly ways: readonly MediaWayDefinition[];
};

/** An artifact whose files are at hand. */
export interface OpenedModel {
  readonly manifest: LanguageManifest;
  /** @throws UserError for a tokenizer that cannot be used */
  loadTokenizer(): Promise<Tokenizer>;
  /** @throws UserError for a graph that is not there or does not load, or a provider that is not */
  openGraph(name: string, options: OpenOptions): Promise<GraphSession>;
  /** As `openGraph`, in another thread, while this one does all else; left out where there is none. */
  readonly openBeside?: ((name: string, options: OpenOptions) => Promise<GraphSession>) | undefined;
  /** Holds the weights' files as long as the model is open. */
  holdWeights(): Promise<HeldWeights>;
}

export interface HeldWeights extends AsyncDisposable {
  /** @throws UserError when others wrote to them */
  check(): Promise<void>;
}
