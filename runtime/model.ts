import type { LanguageManifest } from '../artifact/manifest.ts';
import { checkArgument } from './arguments/check-argument.ts';
import * as schemas from './arguments/schemas.ts';
import {
  type Abortable,
  type AnswerOptions,
  type BatchOptions,
  generateAll,
  generateOne,
  type StreamOptions,
  scoreChoices,
  streamTokens,
} from './asking.ts';
import type { ImageSource } from './images/source.ts';
import { PreparedTask } from './prepared-task.ts';
import type { ModelProfile } from './profile/placement.ts';
import type { Examples, FewShotExamples } from './prompt/examples.ts';
import type { FewShotPrompt, Media, Pictures, Prompt } from './prompt/prompt.ts';
import type { ChoiceScore } from './score-choices.ts';
import type { WorkerClient } from './worker/client.ts';
import type {
  EncodedImage,
  EnsembleOptions,
  Generation,
  ScoreOptions,
  TokenEvent,
  Usage,
} from './worker/protocol.ts';

function checkPrompt(name: string, prompt: unknown): void {
  checkArgument(name, schemas.promptOf(prompt), prompt);
}

/**
 * A loaded Flamingo model. Close it when it is no longer needed: it holds memory outside of JavaScript's heap. `Shown` is what
 * it can be shown, where the types can tell: what an artifact's client loads knows that.
 */
export class FlamingoModel<Shown extends Pictures = Pictures> implements AsyncDisposable {
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
  async generate(prompt: Prompt<Shown>, options: AnswerOptions = {}): Promise<Generation> {
    checkPrompt('the prompt', prompt);
    return generateOne(this.#client, prompt, options);
  }

  /**
   * Answers several prompts, which may differ in length and in number of images, each as `generate` would.
   *
   * @param options.batchSize Prompts of this call that are answered side by side, default 8.
   */
  async generateBatch(prompts: readonly Prompt<Shown>[], options: BatchOptions = {}): Promise<Generation[]> {
    checkArgument('the prompts', schemas.list, prompts);
    for (const [index, prompt] of prompts.entries()) checkPrompt(`prompt ${index}`, prompt);
    return generateAll(this.#client, prompts, options);
  }

  /**
   * The tokens of an answer as they are chosen; the generator's return value is the whole answer. Leaving the loop
   * stops the request.
   */
  async *stream(
    prompt: Prompt<Shown>,
    options: StreamOptions = {},
  ): AsyncGenerator<TokenEvent, Generation, undefined> {
    checkPrompt('the prompt', prompt);
    return yield* streamTokens(this.#client, prompt, options);
  }

  /**
   * Reads examples once for all questions that are asked after them: their pictures, and the keys and values of both
   * kinds of attention. They are kept while there is memory for them (`keptTokens`), and read again where there was not.
   *
   * @param examples examples in `shots`, or the beginning of a dialogue in `turns`, which ends with the assistant's
   * @throws UserError for examples that the model cannot read, or that are more than it keeps at once
   */
  prepare<const Text extends string>(
    examples: FewShotExamples<Text>,
    options?: Abortable,
  ): Promise<PreparedTask<Text>>;
  prepare(examples: Examples, options?: Abortable): Promise<PreparedTask>;
  async prepare(examples: Examples, options: Abortable = {}): Promise<PreparedTask> {
    checkArgument('what is prepared', schemas.examplesOf(examples), examples);
    checkArgument('the options of prepare', schemas.requestOptions, options);
    const held = await this.#client.call<'prepare'>({ method: 'prepare', examples }, options);
    return new PreparedTask(this.#client, held, examples);
  }

  /**
   * Takes a task from a file that `PreparedTask.save` or `flamingo prepare` wrote. Nothing of its examples is read: neither
   * pictures nor text.
   *
   * @throws UserError for a file that is no task, is damaged, is more than is kept at once, or was prepared by another
   *   model or in another precision
   */
  async loadTask(path: string): Promise<PreparedTask> {
    checkArgument("the task's file", schemas.path, path);
    const { examples, ...held } = await this.#client.call<'loadTask'>({ method: 'loadTask', path });
    return new PreparedTask(this.#client, held, examples);
  }

  /**
   * Log-likelihood of each choice after the prompt, and their probabilities among the choices. A choice is
   * text that goes on with the prompt's: it begins with a space where the text needs one, which may be left out where a
   * dialogue or the examples show it (see `joinChoice`). Its tokens are those that it has in that one text, whatever
   * the tokenizer makes of a text's beginning. Its log-likelihood
   * is that of the whole text less that of the prompt, also where a token reaches over the place where they meet. White
   * space that the prompt ends with is counted to each choice, as in lm-evaluation-harness.
   *
   * @returns In the order of the choices.
   * @throws UserError for an empty choice or one that does not fit into the context; an AbortError when stopped.
   */
  score<const Choice extends string>(
    prompt: Prompt<Shown>,
    choices: readonly Choice[],
    options: ScoreOptions & Abortable,
  ): Promise<ChoiceScore<Choice>[]>;
  async score(
    prompt: Prompt<Shown>,
    choices: readonly string[],
    options: ScoreOptions & Abortable,
  ): Promise<ChoiceScore[]> {
    checkPrompt('the prompt', prompt);
    return scoreChoices(this.#client, prompt, choices, options);
  }

  /**
   * As `score`, with log-likelihoods averaged over several orders of the examples (arXiv 2204.14198, prompt ensembling).
   *
   * @param options.orders How many different orders, default 6, or all where there are fewer.
   * @param options.seed Of the orders, default 0.
   */
  scoreEnsemble<const Choice extends string>(
    prompt: FewShotPrompt<Shown>,
    choices: readonly Choice[],
    options: EnsembleOptions & Abortable,
  ): Promise<ChoiceScore<Choice>[]>;
  async scoreEnsemble(
    prompt: FewShotPrompt<Shown>,
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

  /**
   * What ran where until now, and how long it took: every node by its phase (`vision`, `prefill`, `decode`, `generate`), and
   * those that ran on the CPU in another provider's stead. It ends the recording. The times are the processor's: a card
   * computes on after a node was started there.
   *
   * @throws UserError for a model that was loaded without `{ profile: true }`
   */
  profile(): Promise<ModelProfile> {
    return this.#client.call<'profile'>({ method: 'profile' });
  }

  /** Stops requests, frees the model's memory and ends its thread. A second call does nothing. */
  close(): Promise<void> {
    return this.#client.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
