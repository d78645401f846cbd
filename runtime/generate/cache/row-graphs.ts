import { Tensor } from 'onnxruntime-common';
import type { RowGraphNames } from '../../../artifact/added-graphs/row-contract.ts';
import type { Manifest } from '../../../artifact/manifest.ts';
import type { GraphSession, OpenOptions, Tensors } from '../../session.ts';

/** Tensors whose first axis is of rows, by name, on the device or not. */
export type RowTensors = ReadonlyMap<string, Tensor>;

/** Opens one of the artifact's graphs. */
export type OpenGraph = (name: string, options: Pick<OpenOptions, 'stays'>) => Promise<GraphSession>;

/**
 * The two graphs that change rows of tensors on the device where they lie (`rowContracts`). What they are given, on the
 * device or not, stays as it is; what they give is their caller's to dispose of.
 */
export class RowGraphs implements AsyncDisposable {
  readonly #select: GraphSession;
  readonly #join: GraphSession;

  private constructor(select: GraphSession, join: GraphSession) {
    this.#select = select;
    this.#join = join;
  }

  /** @throws UserError as `openGraph` */
  static async open(
    names: RowGraphNames,
    { graphs }: Pick<Manifest, 'graphs'>,
    openGraph: OpenGraph,
  ): Promise<RowGraphs> {
    const open = (name: string) =>
      openGraph(name, { stays: (graphs[name]?.outputs ?? []).map((output) => output.name) });
    const select = await open(names.select);
    try {
      return new RowGraphs(select, await open(names.join));
    } catch (error) {
      await select.close();
      throw error;
    }
  }

  /** Rows of tensors on the device, each as often as it is named. */
  async select(tensors: RowTensors, rows: readonly number[]): Promise<RowTensors> {
    const outputs = await this.#select.run({ ...named('past', tensors), rows: indices(rows) });
    return withoutPrefix('selected', outputs, tensors);
  }

  /** The rows of tensors and of others of the same names behind them, on the device. */
  async join(tensors: RowTensors, others: RowTensors): Promise<RowTensors> {
    const outputs = await this.#join.run({ ...named('past', tensors), ...named('other', others) });
    return withoutPrefix('joined', outputs, tensors);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#select.close();
    await this.#join.close();
  }
}

/** Lets go of tensors at once: a device's memory is not the collector's. */
export function dispose(tensors: RowTensors): void {
  for (const tensor of tensors.values()) tensor.dispose();
}

/** The tensors as inputs `{prefix}_{name}`. */
export function named(prefix: string, tensors: RowTensors): Tensors {
  return Object.fromEntries([...tensors].map(([name, tensor]) => [`${prefix}_${name}`, tensor]));
}

/** Outputs `{prefix}_{name}` by the names of other tensors. */
export function withoutPrefix(prefix: string, outputs: Tensors, like: RowTensors): RowTensors {
  return new Map(
    [...like.keys()].map((name) => {
      const tensor = outputs[`${prefix}_${name}`];
      if (tensor === undefined) throw new Error(`the graph gave no ${prefix}_${name}`);
      return [name, tensor];
    }),
  );
}

/** Whole numbers as an input of a graph. */
export function indices(values: readonly number[]): Tensor {
  return new Tensor('int64', BigInt64Array.from(values, BigInt), [values.length]);
}
