import { CACHE_GRAPHS } from '../../../artifact/added-graphs/cache-contract.ts';
import type { Manifest } from '../../../artifact/manifest.ts';
import type { GraphSession } from '../../session.ts';
import { indices, named, type OpenGraph, RowGraphs, type RowTensors, withoutPrefix } from './row-graphs.ts';
import type { StoredTokens } from './stored-tokens.ts';

/** The graphs that change a cache on the device where it lies: `key.{i}` and `value.{i}` of rows of text. */
export class CacheGraphs implements AsyncDisposable {
  readonly rows: RowGraphs;
  readonly #copy: GraphSession;

  private constructor(rows: RowGraphs, copy: GraphSession) {
    this.rows = rows;
    this.#copy = copy;
  }

  /**
   * @param manifest of a model whose cache stays on the device (`cacheOnDevice`)
   * @throws UserError as `openGraph`
   */
  static async open(manifest: Pick<Manifest, 'graphs'>, openGraph: OpenGraph): Promise<CacheGraphs> {
    const rows = await RowGraphs.open(CACHE_GRAPHS, manifest, openGraph);
    try {
      return new CacheGraphs(rows, await openGraph(CACHE_GRAPHS.copy, { stays: [] }));
    } catch (error) {
      await rows[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** What a row has in its places from `first` up to `end`, in memory of the process. */
  async copy(cache: RowTensors, row: number, first: number, end: number): Promise<StoredTokens> {
    const outputs = await this.#copy.run({
      ...named('past', cache),
      row: indices([row]),
      places: indices(Array.from({ length: end - first }, (_, place) => first + place)),
    });
    const copied = [...withoutPrefix('copied', outputs, cache)].map(
      ([name, { data }]): [string, Float32Array] => {
        if (!(data instanceof Float32Array)) throw new Error(`the graph gave no float32 copied_${name}`);
        return [name, data];
      },
    );
    return { tokens: end - first, values: new Map(copied) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.rows[Symbol.asyncDispose]();
    await this.#copy.close();
  }
}
