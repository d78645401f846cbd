import type { LanguageManifest } from '../artifact/manifest.ts';
import type { Provider } from '../artifact/provider.ts';
import { DeviceGraphs } from './generate/cache/device-graphs.ts';
import { defaultCachedTokens, MemoryPlan } from './generate/cache/memory-plan.ts';
import { PREFILL_CHUNK } from './generate/prompt-reader.ts';
import { generationMode } from './generation-mode.ts';
import type { PixelRule } from './images/pixel-rule.ts';
import { mediaWayOf } from './media/index.ts';
import { loadOwnWays } from './media/own-ways.ts';
import type { MediaWay } from './media/way.ts';
import type { HeldWeights, OpenedModel, Platform } from './platform.ts';
import { LazySession } from './session/lazy-session.ts';
import type { GraphSession } from './session.ts';
import type { Tokenizer } from './tokenizer.ts';
import { MediaMemory } from './worker/media-memory.ts';
import type { WorkerOptions } from './worker/protocol.ts';

/** How a model is opened in the thread that computes. */
export type EngineOptions = Omit<WorkerOptions, 'concurrency'>;

/** What a loaded model is made of. */
export type Parts = {
  readonly platform: Platform;
  readonly pixels: PixelRule;
  readonly manifest: LanguageManifest;
  readonly tokenizer: Tokenizer;
  readonly way: MediaWay;
  readonly media: MediaMemory;
  readonly language: GraphSession;
  /** What changes what stays on the device. */
  readonly device: DeviceGraphs | undefined;
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

/**
 * Opens what a model is made of and makes a model of it; whatever was opened is closed where this fails.
 *
 * @throws UserError for a model or a provider that cannot be used; see `Platform`
 */
export async function openParts<Made extends AsyncDisposable>(
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
  make: (parts: Parts) => Made,
): Promise<Made> {
  const own = await loadOwnWays(modules, platform.importModule);
  const open = async (model: OpenedModel): Promise<Made> => {
    const { manifest } = model;
    const held: Promise<AsyncDisposable>[] = [];
    const hold = <T extends AsyncDisposable>(opening: Promise<T>): Promise<T> => {
      held.push(opening);
      // Told where it is waited for.
      opening.catch(() => {});
      return opening;
    };
    try {
      const weights = await hold(model.holdWeights());
      const { image } = manifest;
      const beside = image && model.openBeside && hold(model.openBeside('vision', options));
      const tokenizer = await model.loadTokenizer();
      const way = mediaWayOf(
        manifest.media,
        { language: manifest.language, special: tokenizer.special },
        own.map(({ run }) => run),
      );
      const isShown = image !== undefined && way.keeps.length > 0;
      const alone =
        isShown && beside === undefined ? await hold(model.openGraph('vision', options)) : undefined;
      const { provider = 'cpu', profile = false } = options;
      const mode = generationMode(manifest.language, provider, generation);
      const openLanguage = () => model.openGraph('language', options);
      // Beside the graph of whole answers beams and scores alone need it, and its weights.
      const language = await hold(
        mode === 'graph' ? Promise.resolve(new LazySession(openLanguage)) : openLanguage(),
      );
      const session = alone ?? (await beside);
      const vision =
        isShown && session !== undefined
          ? { session, image, pixels, reader: platform.pictures, keeps: way.keeps }
          : undefined;
      const device = language.takesDeviceTensors
        ? await hold(
            DeviceGraphs.open(manifest, (name, kept) => model.openGraph(name, { ...options, ...kept })),
          )
        : undefined;
      const whole = mode === 'graph' ? await hold(model.openGraph('generate', options)) : undefined;
      const media = new MediaMemory(vision, imageMemory);
      const plan = new MemoryPlan(
        cachedTokens ?? defaultCachedTokens(manifest.language, platform.memory),
        manifest.language.cacheLength,
      );
      return make({
        ...{ platform, pixels, manifest, tokenizer, way, media, language, device, whole },
        ...{ weights, plan, provider, chunk: prefillChunk, held: await Promise.all(held) },
        keptTokens: keptTokens ?? Math.floor(plan.most / 2),
        recorded: profile ? [session, language, whole].filter((session) => session !== undefined) : undefined,
      });
    } catch (error) {
      for (const each of held) await (await each.catch(() => undefined))?.[Symbol.asyncDispose]();
      throw error;
    }
  };
  const ways = own.map(({ definition }) => definition);
  return platform.withModel(directory, { verify, ways }, open, async (made) => made[Symbol.asyncDispose]());
}
