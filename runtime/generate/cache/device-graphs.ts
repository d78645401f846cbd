import { MEDIA_GRAPHS } from '../../../artifact/added-graphs/media-contract.ts';
import type { Manifest } from '../../../artifact/manifest.ts';
import { CacheGraphs } from './cache-graphs.ts';
import { type OpenGraph, RowGraphs } from './row-graphs.ts';

/** The graphs of an artifact that change on the device what stays there between two runs. */
export class DeviceGraphs implements AsyncDisposable {
  /** Undefined where the cache of text does not stay there. */
  readonly cache: CacheGraphs | undefined;
  /** What texts see of pictures; undefined where that goes up with every run. */
  readonly media: RowGraphs | undefined;

  private constructor(cache: CacheGraphs | undefined, media: RowGraphs | undefined) {
    this.cache = cache;
    this.media = media;
  }

  /** @throws UserError as `openGraph` */
  static async open(
    manifest: Pick<Manifest, 'graphs' | 'language'>,
    openGraph: OpenGraph,
  ): Promise<DeviceGraphs> {
    const cache =
      manifest.language?.cacheOnDevice === true ? await CacheGraphs.open(manifest, openGraph) : undefined;
    if (!Object.hasOwn(manifest.graphs, MEDIA_GRAPHS.select)) return new DeviceGraphs(cache, undefined);
    try {
      return new DeviceGraphs(cache, await RowGraphs.open(MEDIA_GRAPHS, manifest, openGraph));
    } catch (error) {
      await cache?.[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cache?.[Symbol.asyncDispose]();
    await this.media?.[Symbol.asyncDispose]();
  }
}
