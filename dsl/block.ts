import { type AnyBlock, registerBlock, registerMaker } from './any-block.ts';
import { atCallSite } from './at-call-site.ts';
import { sentence } from './errors/sentence.ts';
import { fail } from './operator.ts';
import { shownValue } from './options/option-kinds.ts';
import { refuseWrongKinds } from './options/refused-options.ts';
import { withinScope } from './scope.ts';
import { GIVES_COUNT } from './sentences/block.ts';
import { MISSING_OPTION } from './sentences/options.ts';
import { bindArguments, checkGiven, checkRequirement, parseSlot } from './shape/signature.ts';
import type { Tensor } from './tensor.ts';
import type { BodyArguments, CheckedBody } from './types/block.ts';
import type { KnownOptions, Requirement } from './types/config.ts';
import type { BlockMaker } from './types/maker.ts';
import type { Rigid, RigidNames } from './types/rigid.ts';
import type { SizeOf } from './types/size.ts';
import type { Block } from './types/substitute.ts';

export type { Block, BlockMaker };

/**
 * A block's own sizes as its body sees them: numbers whose types remember their names, or what requirements make them of.
 */
export type BodySizes<Sizes extends string, Requires extends readonly Requirement[] = []> = {
  readonly [N in Sizes]: SizeOf<Rigid<Sizes, Requires>[N]>;
};

/** What `block` is told of a reusable part of a model. */
export interface BlockDefinition<
  Name extends string,
  Sizes extends readonly string[],
  Takes extends readonly string[],
  Gives extends string | readonly string[],
  Requires extends readonly Requirement[],
  Options extends object,
  Parts extends object,
  R,
> {
  /** The sizes that a configuration gives; in the body they are axes of that name. */
  readonly sizes: Sizes;
  /** What must hold between the sizes: `'heads divides dim'`, `'dim = heads*headDim'`. */
  readonly requires?: Requires;
  /**
   * The arguments: the axes of each, `'batch text dim'`, with a dtype where it is not float (`'batch text: bool'`) and a
   * `?` where it may be left out. Axes that are not sizes are bound anew at every call; sums and products of names
   * are checked (`'past+text'`).
   */
  readonly takes: Takes;
  /** The result, or a tuple of several. A name that nothing binds stands for whatever the body makes. */
  readonly gives: Gives;
  /**
   * What the options beside the sizes may be, for authors whose types are off: `{ depth: 'a whole number from 1 on' }`.
   * Without it building takes them as they come.
   */
  readonly options?: KnownOptions<NoInfer<Options>>;
  /** The parameters and blocks inside. Own properties give parameters their names. */
  readonly parts: (sizes: BodySizes<Sizes[number], Requires>, options: Options) => Parts;
  readonly forward: (
    context: {
      readonly parts: Parts;
      readonly sizes: BodySizes<Sizes[number], Requires>;
      readonly options: Options;
    },
    ...args: BodyArguments<Takes, Sizes[number], Requires>
  ) => CheckedBody<Name, Gives, RigidNames<Takes, Sizes[number], Requires>, R>;
}

/**
 * Defines a reusable part of a model: its sizes, the axes of its arguments and results by name, its parameters and
 * blocks, and how they compute. The body is checked once, with every name a size of its own; every configuration and
 * every call is checked where it is written.
 *
 *     const feedForward = block('FeedForward', {
 *       sizes: ['dim', 'inner'],
 *       takes: ['batch text dim'],
 *       gives: 'batch text dim',
 *       parts: ({ dim, inner }) => ({ up: linear(dim, inner), down: linear(inner, dim) }),
 *       forward: ({ parts }, x) => parts.down(gelu(parts.up(x))),
 *     });
 *     const ff = feedForward({ dim: 2048, inner: 8192 });
 *     const y = ff(x);
 *
 * Options beyond the sizes are the second argument of `parts`, with their type written there; a configuration gives
 * sizes and options together.
 *
 * @throws ModelError at the author's line: a signature that cannot be read, a size that is missing or not a whole
 * number, a requirement that does not hold; and at calls: an argument or result that does not fit
 */
export function block<
  const Name extends string,
  const Sizes extends readonly string[],
  const Takes extends readonly string[],
  const Gives extends string | readonly string[],
  Options extends object,
  Parts extends object,
  const R,
  const Requires extends readonly Requirement[] = readonly [],
>(
  name: Name,
  definition: BlockDefinition<Name, Sizes, Takes, Gives, Requires, Options, Parts, R>,
): BlockMaker<Name, Sizes, Takes, Gives, Requires, Options, Parts> {
  const signature = atCallSite(() => ({
    takes: definition.takes.map((text) => parseSlot(name, text)),
    gives: [definition.gives].flat().map((text: string) => parseSlot(name, text)),
  }));
  const check = (config: object) => checkConfig(name, definition.sizes, definition.requires ?? [], config);
  const make = (config: object): AnyBlock => {
    const sizes = atCallSite(() => {
      refuseWrongKinds(name, config, definition.options ?? {});
      return check(config);
    });
    // The configuration holds the numbers that the body's types speak of by name, and the options beside them.
    const given = config as BodySizes<Sizes[number], Requires> & Options;
    const parts = within(name, () => definition.parts(given, given));
    const forward = definition.forward as unknown as (
      context: object,
      ...args: readonly unknown[]
    ) => unknown;

    const call = (...tensors: readonly (Tensor | undefined)[]): unknown => {
      const names = atCallSite(() => bindArguments(name, signature.takes, tensors, sizes));
      return withinScope({ block: call, name }, () => {
        const result = forward({ parts, sizes: given, options: given }, ...tensors);
        const outputs = [result].flat() as readonly Tensor[];
        atCallSite(() => {
          if (outputs.length !== signature.gives.length) {
            fail(
              sentence(GIVES_COUNT, { block: name, count: signature.gives.length, returned: outputs.length }),
            );
          }
          for (const [index, slot] of signature.gives.entries()) {
            const output = outputs[index];
            if (output !== undefined) checkGiven(name, slot, output, names);
          }
        });
        return result;
      });
    };
    const made = Object.assign(call, {
      ...{ parts, blockName: name, takes: definition.takes, gives: definition.gives },
    });
    return registerBlock(made, {
      ...{ call, check: (tensors) => void bindArguments(name, signature.takes, tensors, sizes) },
    });
  };
  const maker = Object.assign(make, {
    ...{ blockName: name, sizes: definition.sizes, takes: definition.takes, gives: definition.gives },
  });
  // What is checked above at run time is what the types say of configurations, calls and results.
  return registerMaker(maker, { make, check }) as unknown as BlockMaker<
    Name,
    Sizes,
    Takes,
    Gives,
    Requires,
    Options,
    Parts
  >;
}

/** Blocks that are being made, one inside the parts of another; more is a block that makes itself. */
const DEEPEST = 200;
let depth = 0;

function within<P>(name: string, makeParts: () => P): P {
  if (depth >= DEEPEST)
    atCallSite(() =>
      fail(`${name}: its parts hold ${name} again, and so without end; a block cannot be a part of itself`),
    );
  depth += 1;
  try {
    return makeParts();
  } finally {
    depth -= 1;
  }
}

/** The sizes of a configuration by name, once each is a whole number and all requirements hold. */
function checkConfig(
  name: string,
  sizes: readonly string[],
  requirements: readonly Requirement[],
  config: object,
): ReadonlyMap<string, number> {
  const given: Readonly<Record<string, unknown>> = { ...config };
  const known = new Map<string, number>();
  for (const size of sizes) {
    const value = given[size];
    if (value === undefined) return fail(sentence(MISSING_OPTION, { where: name, name: size }));
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) {
      return fail(`${name}: ${size} must be a whole number from 1 on, but it is ${shownValue(value)}`);
    }
    known.set(size, value);
  }
  for (const requirement of requirements) checkRequirement(name, requirement, known);
  return known;
}
