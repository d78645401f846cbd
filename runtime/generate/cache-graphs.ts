import { Tensor } from 'onnxruntime-common';
import { CACHE_GRAPHS, cacheContracts } from '../../artifact/cache-contract.ts';
import type { LanguageSettings } from '../../artifact/manifest.ts';
import type { GraphSession, OpenOptions, Tensors } from '../session.ts';
import type { StoredTokens } from './stored-tokens.ts';

/** Keys and values of rows of text, by `key.{i}` and `value.{i}`. */
export type CacheTensors = ReadonlyMap<string, Tensor>;

type Graphs = Readonly<Record<keyof typeof CACHE_GRAPHS, GraphSession>>;

/**
 * The graphs that change a cache on the device where it lies. What they are given, on the device or not, stays as it is;
 * what they give is their caller's to dispose of.
 */
export class CacheGraphs implements AsyncDisposable {
  readonly #graphs: Graphs;

  private constructor(graphs: Graphs) {
    this.#graphs = graphs;
  }

  /**
   * @param language of a model whose cache stays on the device (`cacheOnDevice`)
   * @param openGraph opens one of the artifact's graphs
   * @throws UserError as `openGraph`
   */
  static async open(
    language: LanguageSettings,
    openGraph: (name: string, options: Pick<OpenOptions, 'stays'>) => Promise<GraphSession>,
  ): Promise<CacheGraphs> {
    const contracts = cacheContracts(language);
    const opened: GraphSession[] = [];
    const open = async (name: string, staysOnDevice: boolean): Promise<GraphSession> => {
      const stays = staysOnDevice ? Object.keys(contracts[name]?.outputs ?? {}) : [];
      const graph = await openGraph(name, { stays });
      opened.push(graph);
      return graph;
    };
    try {
      return new CacheGraphs({
        select: await open(CACHE_GRAPHS.select, true),
        join: await open(CACHE_GRAPHS.join, true),
        copy: await open(CACHE_GRAPHS.copy, false),
      });
    } catch (error) {
      for (const graph of opened) await graph.close();
      throw error;
    }
  }

  /** Rows of a cache on the device, each as often as it is named. */
  async select(cache: CacheTensors, rows: readonly number[]): Promise<CacheTensors> {
    const outputs = await this.#graphs.select.run({ ...named('past', cache), rows: indices(rows) });
    return withoutPrefix('selected', outputs, cache);
  }

  /** The rows of two caches behind each other, on the device. */
  async join(cache: CacheTensors, other: CacheTensors): Promise<CacheTensors> {
    const outputs = await this.#graphs.join.run({ ...named('past', cache), ...named('other', other) });
    return withoutPrefix('joined', outputs, cache);
  }

  /** What a row has in its places from `first` up to `end`, in memory of the process. */
  async copy(cache: CacheTensors, row: number, first: number, end: number): Promise<StoredTokens> {
    const outputs = await this.#graphs.copy.run({
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
    for (const graph of Object.values(this.#graphs)) await graph.close();
  }
}

function named(prefix: string, tensors: CacheTensors): Tensors {
  return Object.fromEntries([...tensors].map(([name, tensor]) => [`${prefix}_${name}`, tensor]));
}

function withoutPrefix(prefix: string, outputs: Tensors, like: CacheTensors): CacheTensors {
  return new Map(
    [...like.keys()].map((name) => {
      const tensor = outputs[`${prefix}_${name}`];
      if (tensor === undefined) throw new Error(`the graph gave no ${prefix}_${name}`);
      return [name, tensor];
    }),
  );
}

function indices(values: readonly number[]): Tensor {
  return new Tensor('int64', BigInt64Array.from(values, BigInt), [values.length]);
}
