import type { CheckedConfig, Requirement, SizesOf } from './config.ts';
import type { Block } from './substitute.ts';

/** What `block` gives: takes a configuration, sizes and options together, and makes a block with parameters of its own. */
export interface BlockMaker<
  Name extends string,
  Sizes extends readonly string[],
  Takes extends readonly string[],
  Gives extends string | readonly string[],
  Requires extends readonly Requirement[],
  Options extends object,
  Parts,
> {
  <const C extends Partial<BlockConfig<Sizes[number], Options>>>(
    config: CheckedConfig<Name, BlockConfig<Sizes[number], Options>, Requires, C>,
  ): Block<Name, Takes, Gives, SizesOf<Sizes[number], C>, Parts>;
  readonly blockName: Name;
  readonly sizes: Sizes;
  readonly takes: Takes;
  readonly gives: Gives;
}

/** A whole configuration of a block. */
export type BlockConfig<Sizes extends string, Options> = Readonly<Record<Sizes, number>> & Options;
