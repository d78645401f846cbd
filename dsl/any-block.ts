import type { Tensor } from './tensor.ts';

/** A block with its sizes, whichever it is: what a slot of a model takes. It is called by `applyBlock`. */
export interface AnyBlock {
  readonly parts: object;
  readonly blockName: string;
  readonly takes: readonly string[];
  readonly gives: string | readonly string[];
}

/** What `block` gives, whichever it is: it makes blocks of sizes and options. */
export interface AnyBlockMaker {
  readonly blockName: string;
  readonly sizes: readonly string[];
  readonly takes: readonly string[];
  readonly gives: string | readonly string[];
}

type Arguments = readonly (Tensor | undefined)[];

interface Calls {
  call(...tensors: Arguments): unknown;
  check(tensors: Arguments): void;
}

const blocks = new WeakMap<object, Calls>();
interface Making {
  make(config: object): AnyBlock;
  check(config: object): void;
}

const makers = new WeakMap<object, Making>();

export function registerBlock<B extends AnyBlock>(block: B, calls: Calls): B {
  blocks.set(block, calls);
  return block;
}

export function registerMaker<M extends AnyBlockMaker>(maker: M, making: Making): M {
  makers.set(maker, making);
  return maker;
}

/** Whether a value is a block with its sizes, as `feedForward({ dim, inner })` is. */
export function isBlock(value: unknown): value is AnyBlock {
  return typeof value === 'function' && blocks.has(value);
}

/** Whether a value makes blocks, as `feedForward` itself does. */
export function isBlockMaker(value: unknown): value is AnyBlockMaker {
  return typeof value === 'function' && makers.has(value);
}

/**
 * A block of that kind, for a slot of a model, whose author is to see the line of the slot.
 *
 * @throws ModelError for sizes that are missing or do not fit
 */
export function makeBlock(maker: AnyBlockMaker, config: object): AnyBlock {
  const making = makers.get(maker);
  if (making === undefined) throw new TypeError(`${maker.blockName} was not made by block(...)`);
  making.check(config);
  return making.make(config);
}

/**
 * Calls a block whose arguments the types do not know.
 *
 * @returns its results, one or several
 * @throws ModelError for an argument or result that does not fit
 */
export function applyBlock(block: AnyBlock, ...tensors: Arguments): readonly Tensor[] {
  return [callsOf(block).call(...tensors)].flat() as readonly Tensor[];
}

/**
 * Checks arguments as a call of the block does, without calling it: for a slot of a model, whose author is to see the
 * line of the slot.
 *
 * @throws ModelError in the words of the call
 */
export function checkCall(block: AnyBlock, ...tensors: Arguments): void {
  callsOf(block).check(tensors);
}

function callsOf(block: AnyBlock): Calls {
  const calls = blocks.get(block);
  if (calls === undefined) throw new TypeError(`${block.blockName} was not made by block(...)`);
  return calls;
}
