import type { LanguageManifest } from '../artifact/manifest.ts';
import type { Provider } from '../artifact/provider.ts';
import { UserError } from '../artifact/user-error.ts';
import { CacheGraphs } from './generate/cache-graphs.ts';
import { generationMode } from './generate/generation-mode.ts';
import { readsInPieces } from './generate/in-pieces.ts';
import { LanguageModel, type PreparedPrompt } from './generate/language-model.ts';
import { defaultCachedTokens, MemoryPlan } from './generate/memory-plan.ts';
import { type GenerateOptions, parseGenerateOptions } from './generate/options.ts';
import { PrefixCache } from './generate/prefix-cache.ts';
import { PREFILL_CHUNK } from './generate/prompt-reader.ts';
import { Scheduler } from './generate/scheduler.ts';
import { WholeAnswers } from './generate/whole-answers.ts';
import { WholeGeneration } from './generate/whole-generation.ts';
import type { PixelRule } from './images/pixel-rule.ts';
import { LazySession } from './lazy-session.ts';
import { mediaWayOf } from './media/index.ts';
import { loadOwnWays } from './media/own-ways.ts';
import type { MediaWay } from './media/way.ts';
import type { HeldWeights, OpenedModel, Platform } from './platform.ts';
import { type ModelProfile, placements } from './profile/placement.ts';
import type { Examples } from './prompt/examples.ts';
import { orderings } from './prompt/orderings.ts';
import type { FewShotPrompt, Media, Prompt } from './prompt/prompt.ts';
import type { ChoiceScore } from './score-choices.ts';
import type { GraphSession } from './session.ts';
import type { Tokenizer } from './tokenizer.ts';
import { type AnswerOptions, answerPrompts } from './worker/answer-prompts.ts';
import { MediaMemory } from './worker/media-memory.ts';
import { Preparation } from './worker/preparation.ts';
import { PreparedTasks } from './worker/prepared-tasks.ts';
import type {
  Asked,
  EncodedImage,
  EnsembleOptions,
  Generation,
  HeldTask,
  LoadedTask,
  RequestOptions,
  ScoreOptions,
  Usage,
  WorkerOptions,
} from './worker/protocol.ts';
import { type ScoringMeans, scorePrompts } from './worker/score-prompts.ts';
import { TaskFiles } from './worker/task-files.ts';
import { TaskReader } from './worker/task-reader.ts';

/** How a model is opened in the thread that computes. */
export type EngineOptions = Omit<WorkerOptions, 'concurrency'>;

/** What a loaded model is made of. */
type Parts = {
  readonly platform: Platform;
  readonly pixels: PixelRule;
  readonly manifest: LanguageManifest;
  readonly tokenizer: Tokenizer;
  readonly way: MediaWay;
  readonly media: MediaMemory;
  readonly language: GraphSession;
  /** What changes caches that stay on the device. */
  readonly cacheGraphs: CacheGraphs | undefined;
  /** What writes whole answers, where that is chosen. */
  readonly whole: GraphSession | undefined;
  readonly weights: HeldWeights;
  readonly plan: MemoryPlan;
  /** Tokens of prompts' beginnings that are kept at most. */
  readonly keptTokens: number;
  /** Tokens of prompts that are read in one run. */
  readonly chunk: number;
  /** All that is to be closed. */
  readonly held: readonly AsyncDisposable[];
  /** The graphs, where what runs is recorded. */
  readonly recorded: readonly GraphSession[] | undefined;
  readonly provider: Provider;
};

/** A loaded model, in the thread that computes. */
export class Engine implements AsyncDisposable {
  readonly manifest: LanguageManifest;
  readonly tokenizer: Tokenizer;
  /** How pictures reach the text. */
  readonly way: MediaWay;
  readonly media: MediaMemory;
  readonly language: LanguageModel;
  readonly #held: readonly AsyncDisposable[];
  readonly #weights: HeldWeights;
  readonly #plan: MemoryPlan;
  readonly #scheduler: Scheduler;
  readonly #whole: WholeAnswers | undefined;
  readonly #prefixes: PrefixCache;
  readonly #tasks = new PreparedTasks();
  readonly #preparation: Preparation;
  readonly #scoring: ScoringMeans;
  readonly #taskFiles: TaskFiles;
  readonly #taskReader: TaskReader;
  /** The language graph, where another writes answers and nothing is recorded of it. */
  readonly #lazy: LazySession | undefined;
  readonly #recorded: readonly GraphSession[] | undefined;
  readonly #provider: Provider;

  private constructor(parts: Parts) {
    const { platform, pixels, manifest, tokenizer, way, media, language, weights, held } = parts;
    const { plan, keptTokens, chunk, whole, cacheGraphs } = parts;
    this.manifest = manifest;
    this.tokenizer = tokenizer;
    this.way = way;
    this.media = media;
    this.language = new LanguageModel(language, manifest.language, way, tokenizer.special, cacheGraphs);
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
    this.#preparation = new Preparation({ manifest, tokenizer, way, media, tasks: this.#tasks });
    this.#scoring = {
      ...{ tokenizer, preparation: this.#preparation, scheduler: this.#scheduler },
      checkWeights: () => weights.check(),
    };
    const reading = { preparation: this.#preparation, language: this.language };
    this.#taskFiles = new TaskFiles({ ...reading, platform, manifest, pixels, way });
    this.#taskReader = new TaskReader({
      ...{ ...reading, settings: manifest.language, plan, prefixes: this.#prefixes },
      ...{ files: this.#taskFiles, chunk },
    });
    this.#lazy = language instanceof LazySession && parts.recorded === undefined ? language : undefined;
    this.#held = held;
    this.#recorded = parts.recorded;
    this.#provider = parts.provider;
  }

  /** @throws UserError for a model or a provider that cannot be used; see `Platform`. In Node see `worker/engine.ts`. */
  static async open(
    {
      directory,
      verify,
      imageMemory,
      pixels = 'shown',
      ways: modules = [],
      cachedTokens,
      keptTokens,
      prefillChunk = PREFILL_CHUNK,
      generation,
      ...options
    }: EngineOptions,
    platform: Platform,
  ): Promise<Engine> {
    const own = await loadOwnWays(modules, platform.importModule);
    const open = async (model: OpenedModel): Promise<Engine> => {
      const { manifest } = model;
      const tokenizer = await model.loadTokenizer();
      const way = mediaWayOf(
        manifest.media,
        { language: manifest.language, special: tokenizer.special },
        own.map(({ run }) => run),
      );
      const held: AsyncDisposable[] = [];
      const hold = async <T extends AsyncDisposable>(opening: Promise<T>): Promise<T> => {
        const opened = await opening;
        held.push(opened);
        return opened;
      };
      try {
        const weights = await hold(model.holdWeights());
        const { image } = manifest;
        const vision =
          image === undefined || way.keeps.length === 0
            ? undefined
            : {
                session: await hold(model.openGraph('vision', options)),
                image,
                pixels,
                reader: platform.pictures,
                keeps: way.keeps,
              };
        const { provider = 'cpu', profile = false } = options;
        const mode = generationMode(manifest.language, provider, generation);
        const openLanguage = () => model.openGraph('language', options);
        // Beside the graph of whole answers beams and scores alone need it, and its weights.
        const language = await hold(
          mode === 'graph' ? Promise.resolve(new LazySession(openLanguage)) : openLanguage(),
        );
        const cacheGraphs =
          manifest.language.cacheOnDevice === true && language.takesDeviceTensors
            ? await hold(
                CacheGraphs.open(manifest.language, (name, kept) =>
                  model.openGraph(name, { ...options, ...kept }),
                ),
              )
            : undefined;
        const whole = mode === 'graph' ? await hold(model.openGraph('generate', options)) : undefined;
        const media = new MediaMemory(vision, imageMemory);
        const plan = new MemoryPlan(
          cachedTokens ?? defaultCachedTokens(manifest.language, platform.memory),
          manifest.language.cacheLength,
        );
        return new Engine({
          ...{ platform, pixels, manifest, tokenizer, way, media, language, cacheGraphs, whole },
          ...{ weights, held, plan, provider, chunk: prefillChunk },
          keptTokens: keptTokens ?? Math.floor(plan.most / 2),
          recorded: profile
            ? [vision?.session, language, whole].filter((session) => session !== undefined)
            : undefined,
        });
      } catch (error) {
        for (const each of held) await each[Symbol.asyncDispose]();
        throw error;
      }
    };
    const ways = own.map(({ definition }) => definition);
    return platform.withModel(directory, { verify, ways }, open, (engine) => engine.close());
  }

  /** Renders, tokenises and encodes the media of what is asked. */
  async prepare(asked: Asked, newTokens: number, request: RequestOptions = {}): Promise<PreparedPrompt> {
    await this.#weights.check();
    return this.#preparation.prompt(asked, newTokens, request);
  }

  /**
   * Reads what every prompt of a task begins with.
   *
   * @throws UserError as `prepare`, and for more than is kept at once
   */
  async prepareTask(examples: Examples, request: RequestOptions = {}): Promise<HeldTask> {
    await this.#weights.check();
    const read = () => this.#taskReader.read(examples, request);
    // Its answers may be written by the other graph, which has the weights too.
    const task = await (this.#lazy === undefined ? read() : this.#lazy.forOnce(read));
    return { task: this.#tasks.add(task), tokens: task.facts.tokens.length };
  }

  /** @throws UserError for a file that is no task, is damaged, or was prepared by another model */
  async loadTask(path: string): Promise<LoadedTask> {
    await this.#weights.check();
    const task = await this.#taskReader.load(path);
    const { tokens, examples } = task.facts;
    return { task: this.#tasks.add(task), tokens: tokens.length, examples };
  }

  /** @throws UserError for a task that is closed, or a file that cannot be written */
  async saveTask(id: number, path: string, { signal }: RequestOptions = {}): Promise<undefined> {
    const task = this.#tasks.get(id);
    await this.#taskFiles.write(path, task.facts, await task.prefix(signal));
  }

  closeTask(task: number): undefined {
    this.#tasks.close(task);
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
    return { ...this.media.usage, cachedTokens: this.#plan.tokens, ...this.#prefixes.usage };
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
