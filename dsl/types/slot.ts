import type { Sentence } from '../errors/sentence.ts';
import type { MISSING_OPTION } from '../sentences/options.ts';
import type { Tensor } from '../tensor.ts';
import type { CheckedArguments, Given } from './block.ts';
import type { SizesOf } from './config.ts';
import type { BlockConfig, BlockMaker } from './maker.ts';
import type { Problem } from './problem.ts';
import type { BindAll } from './signature.ts';
import type { Block } from './substitute.ts';

/** What fills a slot, as the types see it: blocks and what makes them can be called. */
export type SlotFunction = (...args: never) => unknown;

/** The block that fills a slot whose place gives these sizes, or what is missing to make it. */
export type FilledBy<Slot, Sizes> =
  Slot extends BlockMaker<
    infer Name,
    infer Names,
    infer Takes,
    infer Gives,
    infer _Requires,
    infer Options,
    infer Parts
  >
    ? [MissingOf<BlockConfig<Names[number], Options>, Sizes>] extends [never]
      ? Block<Name, Takes, Gives, SizesOf<Names[number], Sizes>, Parts>
      : Problem<
          Sentence<
            typeof MISSING_OPTION,
            { where: Name; name: MissingOf<BlockConfig<Names[number], Options>, Sizes> }
          >
        >
    : Slot extends Block<infer _Name, infer _Takes, infer _Gives, infer _E, infer _Parts>
      ? Slot
      : Slot extends (...args: never) => infer Made
        ? Made
        : never;

/** The options that a configuration lacks. */
type MissingOf<Known, Given> = Exclude<
  { [K in keyof Known]-?: Record<never, never> extends Pick<Known, K> ? never : K }[keyof Known],
  keyof Given
> &
  string;

/** What is wrong with a call of a block on such tensors, or never. */
export type CallProblem<Made, Arguments extends readonly Tensor[]> =
  Made extends Block<infer Name, infer Takes, infer _Gives, infer E, infer _Parts>
    ? ProblemAmong<CheckedArguments<Name, Takes, Arguments, BindAll<Takes, Arguments, E>>>
    : Extract<Made, `✗ ${string}`>;

type ProblemAmong<Checks> = Checks extends readonly unknown[]
  ? Extract<Checks[number], `✗ ${string}`>
  : never;

/** What a call of a block on such tensors gives. */
export type CallResultOf<Made, Arguments extends readonly Tensor[]> =
  Made extends Block<infer _Name, infer Takes, infer Gives, infer E, infer _Parts>
    ? Given<Gives, BindAll<Takes, Arguments, E>>
    : Tensor;
