/**
 * What an execution provider of ONNX Runtime is good at, as far as lowering has a choice. Operators, fusion rules and
 * quantisation ask for these and for no target by its name, so that a new target is one more value.
 */
export interface Capabilities {
  /**
   * Attention whose keys and values come from a cache is fastest as products over the cache as it lies (`Attention`
   * copies the joined cache out at every step).
   */
  readonly attentionOverCache: boolean;
  /**
   * ONNX's Attention gives zero for a query that may attend to nothing, and takes a mask of -Infinity. Elsewhere the mask
   * is finite, and such rows are set to zero after it.
   */
  readonly emptyRowsAreZero: boolean;
  /** Up to so many queries ONNX's Attention is faster than MultiHeadAttention on keys in 3 axes; 0: never. */
  readonly fewQueries: number;
  /** ONNX Runtime's GatedAdd pays. */
  readonly gatedAdd: boolean;
  /** ONNX Runtime's SkipLayerNormalization pays: one pass over memory instead of two. */
  readonly skipLayerNormalization: boolean;
  /** Conv takes groups over three axes, as over one and two. */
  readonly groupedVolumes: boolean;
  /**
   * Conv in one group is right where its input channels are a multiple of 3 and not of 4, more than 3, and its output
   * channels a multiple of 4.
   */
  readonly threefoldChannels: boolean;
  /** MatMulNBits computes in int8 where it is asked to (`accuracy_level` 4). */
  readonly int8Products: boolean;
  /**
   * Products of whole numbers with one scale for each row of either side (MatMulIntegerToFloat) are how int8 is
   * multiplied. Elsewhere it is MatMulNBits in blocks.
   */
  readonly int8Rows: boolean;
  /** MatMulNBits adds a bias itself. */
  readonly quantisedProductsAddBias: boolean;
  /**
   * What a run gives stays on the device until the next takes it, so that a static cache, and what texts see of pictures,
   * need graphs of their own, which select, join and copy rows there.
   */
  readonly cacheOnDevice: boolean;
  /**
   * In training the host updates parameters and moments in place, from the gradients that a step's graph gives: one pass, and
   * no second copy of them. Elsewhere the optimizer is part of the graph, so that they stay on the device from step to step.
   */
  readonly optimizerOnHost: boolean;
  /**
   * The keys and values of text are kept in a cache of fixed length unless it is asked otherwise: shapes that change from
   * step to step cost.
   */
  readonly staticCache: boolean;
}

/** The capabilities that are there or not, which a fusion rule may ask for (`on gatedAdd`). */
export type Capability = {
  [Name in keyof Capabilities]: Capabilities[Name] extends boolean ? Name : never;
}[keyof Capabilities];

/** All of them. */
export const CAPABILITIES = Object.keys({
  attentionOverCache: true,
  emptyRowsAreZero: true,
  gatedAdd: true,
  skipLayerNormalization: true,
  groupedVolumes: true,
  threefoldChannels: true,
  int8Products: true,
  int8Rows: true,
  quantisedProductsAddBias: true,
  staticCache: true,
  cacheOnDevice: true,
  optimizerOnHost: true,
} satisfies Record<Capability, true>) as readonly Capability[];

/** What models are compiled for: a provider, and what lowering must know of it. */
export interface Target {
  /** As `--target` and the manifest name it. */
  readonly name: string;
  /** What models compute in unless they are compiled to float32. Graph inputs and outputs are float32 either way. */
  readonly computes: 'float32' | 'float16';
  readonly capabilities: Capabilities;
}
