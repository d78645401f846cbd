import type { MediaWayDefinition } from '../artifact/media/way.ts';
import type { GenerationMode } from './generation-mode.ts';
import type { PixelRule } from './images/pixel-rule.ts';
import type { SessionOptions } from './session.ts';

/** How `loadFlamingo` loads a model. */
export type LoadOptions = SessionOptions & {
  /** Compare the SHA-256 of large files too. Default false. */
  readonly verify?: boolean;
  /** Bytes for the keys and values of images seen lately. Default 256 MiB. */
  readonly imageMemory?: number;
  /** Which pixels pictures have: as a viewer shows them (the default), or as Pillow reads them; see `PixelRule`. */
  readonly pixels?: PixelRule;
  /** Requests that are answered side by side; others wait. Default 32. */
  readonly concurrency?: number;
  /** Requests that may wait besides; one more is refused. Default 1024. */
  readonly queue?: number;
  /**
   * The most tokens, of prompts and of answers to come, whose keys and values are kept at once; requests for which there is
   * no room wait, and one that is larger is refused. Default: what a quarter of the memory that the process may use
   * holds, at least the model's context.
   */
  readonly cachedTokens?: number;
  /**
   * The most tokens of prepared tasks, and of what several prompts begin with, whose keys and values are kept for the next
   * prompt; they take what no request has reserved of `cachedTokens`. Default half of that; 0 keeps nothing.
   */
  readonly keptTokens?: number;
  /** Tokens of prompts that are read in one run, between which every answer gets its next token. Default 256. */
  readonly prefillChunk?: number;
  /**
   * What writes answers, but for beams: `graph`, the one that `--generation` adds, many tokens in a run; or `steps`, a run
   * for each token, at which requests join and leave. Default: `graph` where the model has it and the provider is `cuda`,
   * where a run for each token copies the cache. Beams and scores load the graph for steps besides, which has the same
   * weights again: who asks mostly for these takes `steps`.
   */
  readonly generation?: GenerationMode;
  /** Ways of media besides this project's, as the model was compiled with them. Default none. */
  readonly ways?: readonly MediaWayDefinition[];
  /**
   * The module of the thread that computes, a path or a URL, in a program that was bundled: the bundle of
   * `flamingo-onnx/worker`. Default: `flamingo-worker.js` (`.mjs`, `.cjs`) beside the program's bundle.
   */
  readonly worker?: string | URL;
};
