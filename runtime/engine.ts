import type { LanguageManifest } from '../artifact/manifest.ts';
import type { Provider } from '../artifact/provider.ts';
import { UserError } from '../artifact/user-error.ts';
import { type EngineOptions, openParts, type Parts } from './engine-parts.ts';
import type { MemoryPlan } from './generate/cache/memory-plan.ts';
import { PrefixCache } from './generate/cache/prefix-cache.ts';
import { readsInPieces } from './generate/in-pieces.ts';
import { LanguageModel, type PreparedPrompt } from './generate/language-model.ts';
import { type GenerateOptions, parseGenerateOptions } from './generate/options.ts';
import { Scheduler } from './generate/scheduler/scheduler.ts';
import { WholeAnswers } from './generate/whole-answers.ts';
import { WholeGeneration } from './generate/whole-generation.ts';
import type { MediaWay } from './media/way.ts';
import type { HeldWeights, Platform } from './platform.ts';
import { type ModelProfile, placements } from './profile/placement.ts';
import { orderings } from './prompt/orderings.ts';
import type { FewShotPrompt, Media, Prompt } from './prompt/prompt.ts';
import type { ChoiceScore } from './score-choices.ts';
import { LazySession } from './session/lazy-session.ts';
import type { GraphSession } from './session.ts';
import type { Tokenizer } from './tokenizer.ts';
import { type AnswerOptions, answerPrompts } from './worker/answer-prompts.ts';
import { EngineTasks } from './worker/engine-tasks.ts';
import type { MediaMemory } from './worker/media-memory.ts';
import { Preparation } from './worker/preparation.ts';
import { PreparedTasks } from './worker/prepared-tasks.ts';
import type {
  Asked,
  EncodedImage,
  EnsembleOptions,
  Generation,
  RequestOptions,
  ScoreOptions,
  Usage,
} from './worker/protocol.ts';
import { type ScoringMeans, scorePrompts } from './worker/score-prompts.ts';

export type { EngineOptions };

/** A loaded model, in the thread that computes. */
export class Engine implements AsyncDisposable {
  readonly manifest: LanguageManifest;
  readonly tokenizer: Tokenizer;
  /** How pictures reach the text. */
  readonly way: MediaWay;
  readonly media: MediaMemory;
  readonly language: LanguageModel;
  readonly tasks: EngineTasks;
  readonly #held: readonly AsyncDisposable[];
  readonly #weights: HeldWeights;
  readonly #plan: MemoryPlan;
  readonly #scheduler: Scheduler;
  readonly #whole: WholeAnswers | undefined;
  readonly #prefixes: PrefixCache;
  readonly #preparation: Preparation;
  readonly #scoring: ScoringMeans;
  readonly #recorded: readonly GraphSession[] | undefined;
  readonly #provider: Provider;

  private constructor(parts: Parts) {
    const { platform, pixels, manifest, tokenizer, way, media, language, weights, held } = parts;
    const { plan, keptTokens, chunk, whole, device } = parts;
    this.manifest = manifest;
    this.tokenizer = tokenizer;
    this.way = way;
    this.media = media;
    this.language = new LanguageModel(language, manifest.language, way, tokenizer.special, device);
    this.#weights = weights;
    this.#plan = plan;
    this.#prefixes = new PrefixCache(
      manifest.language,
      plan,
      readsInPieces(way, manifest.language) ? keptTokens : 0,
    );
    this.#scheduler = new Scheduler(this.language, { plan, chunk, prefixes: this.#prefixes });
    this.#whole =
      whole && new WholeAnswers(new WholeGeneration(whole, manifest.language, way, tokenizer.special), plan);
    const tasks = new PreparedTasks();
    const preparation = new Preparation({ manifest, tokenizer, way, media, tasks });
    this.#preparation = preparation;
    const checkWeights = () => weights.check();
    this.#scoring = { tokenizer, preparation, scheduler: this.#scheduler, checkWeights };
    // Where another graph writes answers and nothing is recorded, this one and its weights are loaded for the reading alone.
    const lazy = language instanceof LazySession && parts.recorded === undefined ? language : undefined;
    this.tasks = new EngineTasks({
      ...{ platform, manifest, pixels, way, plan, chunk, preparation, checkWeights },
      ...{ language: this.language, prefixes: this.#prefixes, held: tasks },
      withLanguage: (work) => (lazy === undefined ? work() : lazy.forOnce(work)),
    });
    this.#held = held;
    this.#recorded = parts.recorded;
    this.#provider = parts.provider;
  }

  /** @throws UserError for a model or a provider that cannot be used; see `Platform`. In Node see `worker/engine.ts`. */
  static open(options: EngineOptions, platform: Platform): Promise<Engine> {
    return openParts(options, platform, (parts) => new Engine(parts));
  }

  /** Renders, tokenises and encodes the media of what is asked. */
  async prepare(asked: Asked, newTokens: number, request: RequestOptions = {}): Promise<PreparedPrompt> {
    await this.#weights.check();
    return this.#preparation.prompt(asked, newTokens, request);
  }

  /** For each token of a prompt the log-probabilities of what follows it. */
  async predictions(prompt: Prompt, request?: RequestOptions): Promise<Float64Array[]> {
    return this.language.predictions(await this.prepare(prompt, 0, request));
  }

  /** Answers to prompts, `batchSize` of them at a time, beside those of other calls. */
  async generate(
    prompts: readonly Asked[],
    options: GenerateOptions,
    { batchSize = 8, ...request }: AnswerOptions = {},
  ): Promise<Generation[]> {
    const settings = parseGenerateOptions(options);
    if (request.onToken && settings.beams > 1) {
      throw new UserError(
        'Tokens were to be told as they come but beam search knows its answer only at the end: leave out onToken or beams.',
      );
    }
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw new UserError(`The batch size is ${batchSize} but a whole number from 1 is expected.`);
    }
    const means = {
      tokenizer: this.tokenizer,
      scheduler: this.#scheduler,
      whole: this.#whole,
      prepare: (asked: Asked, newTokens: number, own: RequestOptions) => this.prepare(asked, newTokens, own),
    };
    return answerPrompts(prompts, settings, means, { ...request, batchSize });
  }

  /** Log-likelihoods of choices after a prompt, in the order given. */
  async score(
    prompt: Asked,
    choices: readonly string[],
    options: ScoreOptions,
    request?: RequestOptions,
  ): Promise<ChoiceScore[]> {
    return scorePrompts([prompt], choices, options, this.#scoring, request);
  }

  /** The mean over several orders of the examples. */
  async scoreEnsemble(
    prompt: FewShotPrompt,
    choices: readonly string[],
    { orders = 6, seed = 0, ...options }: EnsembleOptions,
    request?: RequestOptions,
  ): Promise<ChoiceScore[]> {
    if (!Number.isInteger(orders) || orders < 1 || !Number.isInteger(seed)) {
      throw new UserError(
        `The ensemble has orders ${orders} and seed ${seed} but a whole number from 1 and a whole number are expected.`,
      );
    }
    const prompts = orderings(prompt.shots ?? [], orders, seed).map((shots) => ({ ...prompt, shots }));
    return scorePrompts(prompts, choices, options, this.#scoring, request);
  }

  async encodeImages(media: readonly Media[], request?: RequestOptions): Promise<EncodedImage[]> {
    await this.#weights.check();
    const { features } = this.way;
    const encoded = await this.media.encode(media, request);
    if (features === undefined && encoded.length > 0) {
      throw new UserError(
        `A picture by itself was asked for, but the way of media '${this.manifest.media.way}' names no output that is one: give 'features' in runMediaWay.`,
      );
    }
    return encoded.map((each) => {
      const part = each[features ?? ''];
      const [latents, dim] = part?.shape ?? [];
      if (part === undefined || latents === undefined || dim === undefined)
        throw new Error('the vision graph gave no features of a picture');
      // copies: what is sent to the other thread is gone here
      return { latents: part.data.slice(), shape: [latents, dim] };
    });
  }

  usage(): Usage {
    const { picturesOnDevice } = this.language;
    return {
      ...{ ...this.media.usage, picturesOnDevice, cachedTokens: this.#plan.tokens },
      ...this.#prefixes.usage,
    };
  }

  /** @throws UserError for a model that was opened without `profile` */
  async profile(): Promise<ModelProfile> {
    if (this.#recorded === undefined) {
      throw new UserError('Nothing was recorded of what ran where: load the model with { profile: true }.');
    }
    const phases = await Promise.all(this.#recorded.map((session) => session.profile()));
    return placements(this.#provider, phases.flat(), this.manifest);
  }

  async close(): Promise<void> {
    this.media.clear();
    this.#prefixes.clear();
    for (const each of this.#held) await each[Symbol.asyncDispose]();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
