import type { LanguageManifest } from '../artifact/manifest.ts';
import { checkArgument } from './arguments/check-argument.ts';
import * as schemas from './arguments/schemas.ts';
import type { BeamOptions, GenerateOptions, GreedyOptions, SamplingOptions } from './generate/options.ts';
import type { ImageSource } from './images/source.ts';
import type { FewShotPrompt, Media, Prompt } from './prompt/prompt.ts';
import type { ChoiceScore } from './score-choices.ts';
import type { WorkerClient } from './worker/client.ts';
import type {
  EncodedImage,
  EnsembleOptions,
  Generation,
  ProgressEvent,
  ScoreOptions,
  TokenEvent,
  Usage,
} from './worker/protocol.ts';

export type Abortable = {
  /** Stops the request between two steps. */
  readonly signal?: AbortSignal;
  /** Told how many of a prompt's images and videos are encoded, now and then where there are many. */
  readonly onProgress?: (event: ProgressEvent) => void;
};

type Listening = {
  /** Told of each token as it is chosen. */
  readonly onToken?: (event: TokenEvent) => void;
};

type SingleOptions = (GreedyOptions | SamplingOptions) & Abortable;

function checkPrompt(name: string, prompt: unknown): void {
  checkArgument(name, schemas.promptOf(prompt), prompt);
}

/** A loaded Flamingo model. Close it when it is no longer needed: it holds memory outside of JavaScript's heap. */
export class FlamingoModel implements AsyncDisposable {
  readonly #client: WorkerClient;
  readonly manifest: LanguageManifest;

  /** @param client Of an open model; use `loadFlamingo`. */
  constructor(client: WorkerClient, manifest: LanguageManifest) {
    this.#client = client;
    this.manifest = manifest;
  }

  /**
   * Answers a prompt. When the signal stops it, what there is so far comes back with finish `aborted`.
   *
   * @param options Greedy by default, up to 20 tokens; see `GenerateOptions`.
   * @throws UserError for a prompt or option that the model cannot take, or one longer than its context.
   */
  async generate(
    prompt: Prompt,
    options: ((GreedyOptions | SamplingOptions) & Abortable & Listening) | (BeamOptions & Abortable) = {},
  ): Promise<Generation> {
    checkPrompt('the prompt', prompt);
    checkArgument('the options of generation', schemas.generateOptions, options);
    const [answer] = await this.generateBatch([prompt], { ...options, batchSize: 1 });
    if (answer === undefined) throw new Error('the worker gave no answer');
    return answer;
  }

  /**
   * Answers several prompts, which may differ in length and in number of images, each as `generate` would.
   *
   * @param options.batchSize Prompts of this call that are answered side by side, default 8.
   */
  async generateBatch(
    prompts: readonly Prompt[],
    options: GenerateOptions & Abortable & Listening & { readonly batchSize?: number } = {},
  ): Promise<Generation[]> {
    checkArgument('the prompts', schemas.list, prompts);
    for (const [index, prompt] of prompts.entries()) checkPrompt(`prompt ${index}`, prompt);
    checkArgument('the options of generation', schemas.generateOptions, options);
    const { signal, onToken, onProgress, batchSize = 8, ...rest } = options;
    const call = {
      method: 'generate',
      prompts,
      options: rest,
      stream: onToken !== undefined,
      batchSize,
    } as const;
    return this.#client.call<'generate'>(call, { signal, onToken, onProgress });
  }

  /**
   * The tokens of an answer as they are chosen; the generator's return value is the whole answer. Leaving the loop
   * stops the request.
   */
  async *stream(
    prompt: Prompt,
    options: SingleOptions = {},
  ): AsyncGenerator<TokenEvent, Generation, undefined> {
    checkArgument('the options of generation', schemas.generateOptions, options);
    const { signal, ...rest } = options;
    const left = new AbortController();
    const events: TokenEvent[] = [];
    let wake = () => {};
    let result: Generation | undefined;
    let failure: unknown;
    const done = this.generate(prompt, {
      ...rest,
      signal: signal ? AbortSignal.any([signal, left.signal]) : left.signal,
      onToken: (event) => {
        events.push(event);
        wake();
      },
    })
      .then(
        (generation) => {
          result = generation;
        },
        (error: unknown) => {
          failure = error ?? new Error('generation failed');
        },
      )
      .finally(() => wake());
    try {
      for (;;) {
        const event = events.shift();
        if (event) yield event;
        else if (failure !== undefined) throw failure;
        else if (result !== undefined) return result;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      left.abort();
      await done;
    }
  }

  /**
   * Log-likelihood of each choice after the prompt, and their probabilities among the choices. A choice is
   * text that goes on with the prompt's: it begins with a space where the text needs one, which may be left out where a
   * dialogue or the examples show it (see `joinChoice`). Its tokens are those that it has in that one text, whatever
   * the tokenizer makes of a text's beginning. Its log-likelihood
   * is that of the whole text less that of the prompt, also where a token reaches over the place where they meet.
   *
   * @returns In the order of the choices.
   * @throws UserError for an empty choice or one that does not fit into the context; an AbortError when stopped.
   */
  score<const Choice extends string>(
    prompt: Prompt,
    choices: readonly Choice[],
    options: ScoreOptions & Abortable,
  ): Promise<ChoiceScore<Choice>[]>;
  async score(
    prompt: Prompt,
    choices: readonly string[],
    options: ScoreOptions & Abortable,
  ): Promise<ChoiceScore[]> {
    checkPrompt('the prompt', prompt);
    checkArgument('the list of choices', schemas.choices, choices);
    checkArgument('the options of score', schemas.scoreOptions, options);
    const { signal, onProgress, ...rest } = options;
    return this.#client.call<'score'>(
      { method: 'score', prompt, choices, options: rest },
      { signal, onProgress },
    );
  }

  /**
   * As `score`, with log-likelihoods averaged over several orders of the examples (arXiv 2204.14198, prompt ensembling).
   *
   * @param options.orders How many different orders, default 6, or all where there are fewer.
   * @param options.seed Of the orders, default 0.
   */
  scoreEnsemble<const Choice extends string>(
    prompt: FewShotPrompt,
    choices: readonly Choice[],
    options: EnsembleOptions & Abortable,
  ): Promise<ChoiceScore<Choice>[]>;
  async scoreEnsemble(
    prompt: FewShotPrompt,
    choices: readonly string[],
    options: EnsembleOptions & Abortable,
  ): Promise<ChoiceScore[]> {
    checkArgument('the prompt', schemas.fewShotPrompt, prompt);
    checkArgument('the list of choices', schemas.choices, choices);
    checkArgument('the options of scoreEnsemble', schemas.ensembleOptions, options);
    const { signal, onProgress, ...rest } = options;
    return this.#client.call<'scoreEnsemble'>(
      { method: 'scoreEnsemble', prompt, choices, options: rest },
      { signal, onProgress },
    );
  }

  /**
   * What stands for images and videos: the resampler's latents, or the features that are spliced into the text.
   *
   * @throws UserError for what cannot be read, or any where the model reads text alone
   */
  async encodeImages(
    media: readonly (ImageSource | Media)[],
    listening: Abortable = {},
  ): Promise<EncodedImage[]> {
    checkArgument('the list of pictures', schemas.media, media);
    checkArgument('the options of encodeImages', schemas.requestOptions, listening);
    const list = media.map(
      (each): Media =>
        typeof each === 'string' || each instanceof Uint8Array ? { kind: 'image', source: each } : each,
    );
    return this.#client.call<'encodeImages'>({ method: 'encodeImages', media: list }, listening);
  }

  /** What is kept of images, and how often it was of use. */
  usage(): Promise<Usage> {
    return this.#client.call<'usage'>({ method: 'usage' });
  }

  /** Stops requests, frees the model's memory and ends its thread. A second call does nothing. */
  close(): Promise<void> {
    return this.#client.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
