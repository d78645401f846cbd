import type { LanguageManifest } from '../../artifact/manifest.ts';
import type { GenerateOptions } from '../generate/options.ts';
import type { Finish } from '../generate/search/search.ts';
import type { GenerationMode } from '../generation-mode.ts';
import type { PixelRule } from '../images/pixel-rule.ts';
import type { ModelProfile } from '../profile/placement.ts';
import type { Examples } from '../prompt/examples.ts';
import type { FewShotPrompt, Media, Prompt, Query } from '../prompt/prompt.ts';
import type { ChoiceScore, Normalisation } from '../score-choices.ts';
import type { SessionOptions } from '../session.ts';
import type { Answer as CallAnswer } from '../thread/call.ts';
import type { ErrorMessage } from '../thread/error-message.ts';

/** What passes between the caller's thread and the worker's. Everything here can be cloned by `postMessage`. */

/** The worker's `workerData`. */
export type WorkerOptions = SessionOptions & {
  readonly directory: string;
  readonly verify: boolean;
  readonly imageMemory: number;
  readonly pixels?: PixelRule;
  readonly concurrency: number;
  /** See `LoadOptions`. */
  readonly cachedTokens?: number;
  /** See `LoadOptions`. */
  readonly prefillChunk?: number;
  /** See `LoadOptions`. */
  readonly keptTokens?: number;
  /** See `LoadOptions`. */
  readonly generation?: GenerationMode;
  /** Addresses of the modules that run ways of media besides this project's. */
  readonly ways?: readonly string[];
};

/** One answer and how sure the model is of it. */
export type Answer = {
  readonly text: string;
  /** Every generated token, with the one that ended the answer. */
  readonly tokens: readonly number[];
  readonly finish: Finish;
  /** Log-probability of each of `tokens`. */
  readonly scores: readonly number[];
  /** Sum of `scores`; with beams what they are ranked by. */
  readonly score: number;
};

/** The best answer, and with beams the others, best first. */
export type Generation = Answer & { readonly alternatives: readonly Answer[] };

/** One token of an answer as it is chosen. */
export type TokenEvent = {
  /** Which prompt of a batch; 0 for a single one. */
  readonly prompt: number;
  readonly token: number;
  readonly logProbability: number;
  /** The text that has become certain with this token; '' while a character is incomplete. */
  readonly text: string;
};

/** Images and videos of a request that are encoded, or were known. */
export type ProgressEvent = { readonly done: number; readonly total: number };

export type ScoreOptions = {
  /** How choices of different lengths are made comparable. */
  readonly normalise: Normalisation;
  /** Count the end-of-chunk token (the end of a text, for a model that has none) as the last of every choice. Default false. */
  readonly endOfChunk?: boolean;
};

export type EnsembleOptions = ScoreOptions & {
  /** Orders of the examples, default 6. */
  readonly orders?: number;
  /** Default 0. */
  readonly seed?: number;
};

export type EncodedImage = {
  /** [latents, dim] of the resampler, or [tokens, dim] of what is spliced into the text. */
  readonly latents: Float32Array;
  readonly shape: readonly [latents: number, dim: number];
};

/** What the model in the worker keeps of images and of text. */
export type Usage = {
  readonly hits: number;
  readonly encoded: number;
  readonly images: number;
  readonly bytes: number;
  /** Bytes that what is being answered sees of pictures takes on the device, where that stays there (WebGPU); 0 elsewhere. */
  readonly picturesOnDevice: number;
  /** Tokens of prompts and answers for which room is reserved now. */
  readonly cachedTokens: number;
  /** Tokens of prepared tasks and of other beginnings of prompts whose keys and values are kept now. */
  readonly keptTokens: number;
  /** Tokens of prompts that had not to be read, as they were kept. */
  readonly reusedTokens: number;
};

/** A question to a task that the worker holds. */
export type TaskQuestion = { readonly task: number; readonly question: Query };

/** What is asked: a prompt given whole, or a question to a task. */
export type Asked = Prompt | TaskQuestion;

/** A task that the worker holds: its number, and the tokens of its examples. */
export type HeldTask = { readonly task: number; readonly tokens: number };

/** A task from a file, whose pictures are known by their names alone. */
export type LoadedTask = HeldTask & { readonly examples: Examples };

/** What every request may come with, in the thread that computes. */
export type RequestOptions = {
  /** Stops the request between two steps. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((event: ProgressEvent) => void) | undefined;
};

/** The worker's methods: what they take and what they give back. */
export type Methods = {
  generate: {
    call: { prompts: readonly Asked[]; options: GenerateOptions; stream: boolean; batchSize: number };
    result: Generation[];
  };
  score: {
    call: { prompt: Asked; choices: readonly string[]; options: ScoreOptions };
    result: ChoiceScore[];
  };
  scoreEnsemble: {
    call: { prompt: FewShotPrompt; choices: readonly string[]; options: EnsembleOptions };
    result: ChoiceScore[];
  };
  encodeImages: { call: { media: readonly Media[] }; result: EncodedImage[] };
  prepare: { call: { examples: Examples }; result: HeldTask };
  loadTask: { call: { path: string }; result: LoadedTask };
  saveTask: { call: { task: number; path: string }; result: undefined };
  closeTask: { call: { task: number }; result: undefined };
  usage: { call: object; result: Usage };
  profile: { call: object; result: ModelProfile };
};

export type Method = keyof Methods;
export type Call<M extends Method = Method> = { [K in M]: { method: K } & Methods[K]['call'] }[M];
export type Result<M extends Method = Method> = Methods[M]['result'];

/** From the caller to the worker. */
export type Request =
  | { readonly kind: 'call'; readonly id: number; readonly call: Call }
  | { readonly kind: 'abort'; readonly id: number }
  | { readonly kind: 'close' };

/** From the worker to the caller. */
export type Response =
  | { readonly kind: 'opened'; readonly manifest: LanguageManifest }
  | { readonly kind: 'refused'; readonly error: ErrorMessage }
  | { readonly kind: 'token'; readonly id: number; readonly event: TokenEvent }
  | { readonly kind: 'progress'; readonly id: number; readonly event: ProgressEvent }
  | CallAnswer<Result>
  | { readonly kind: 'closed' };

/** What computes nothing is taken and done at once, whoever waits. */
export function isAtOnce({ method }: Call): boolean {
  return method === 'usage' || method === 'closeTask';
}
