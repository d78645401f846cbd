import { type AnyBlock, type AnyBlockMaker, isBlock, isBlockMaker, makeBlock } from './any-block.ts';
import { fail } from './operator.ts';

export type { Describe } from './types/problem.ts';
export type { SameShape } from './types/same-shape.ts';
export type { AxesOf } from './types/signature.ts';
export type { CallProblem, CallResultOf, FilledBy, SlotFunction } from './types/slot.ts';

/**
 * A place of a model that takes any block whose axes fit: the block with its sizes (`mine({ dim: 64 })`), what `block`
 * gave (`mine`), which is then made of the sizes of the place, or a function of those sizes
 * (`({ dim }) => mine({ dim, depth: 2 })`).
 */
export type Slot<Sizes extends object> = AnyBlock | AnyBlockMaker | ((sizes: Sizes) => AnyBlock);

/**
 * The block that fills a slot.
 *
 * @param where the slot, for the sentence: `flamingo: resampler`
 * @throws ModelError where a size is missing, or what is given is no block
 */
export function fillSlot<Sizes extends object>(where: string, slot: Slot<Sizes>, sizes: Sizes): AnyBlock {
  if (isBlock(slot)) return slot;
  if (isBlockMaker(slot)) return makeBlock(slot, sizes);
  const made: unknown = typeof slot === 'function' ? slot(sizes) : slot;
  if (isBlock(made)) return made;
  return fail(`${where} must be a block or a function that makes one, but ${described(made)} is given`);
}

function described(value: unknown): string {
  if (isBlockMaker(value)) return `a function that gives ${value.blockName} without its sizes`;
  return value === null ? 'null' : Array.isArray(value) ? 'a list' : `${typeof value}`;
}

/** Whether an option is a slot that is filled, rather than a group of options. */
export function isSlot<Sizes extends object>(value: unknown): value is Slot<Sizes> {
  return typeof value === 'function';
}
