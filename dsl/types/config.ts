import type { AnyBlock, AnyBlockMaker } from '../any-block.ts';
import type { Sentence } from '../errors/sentence.ts';
import type { GROUP, MISSING_OPTION, NO_OPTION, NOT_DIVISOR, UNEQUAL } from '../sentences/options.ts';
import type { Dim } from '../tensor.ts';
import type { Agree, Canonical, Divide } from './dim.ts';
import type { DescribeDim, Problem, Told } from './problem.ts';
import type { Environment, Evaluate } from './signature.ts';

/** `'heads divides dim'` or `'dim = heads*headDim'`. */
export type Requirement = `${string} divides ${string}` | `${string} = ${string}`;

/**
 * A configuration with a sentence in the place of each entry that is wrong, or unknown, or missing. `Known` is what a
 * complete configuration looks like.
 */
export type CheckedConfig<Name extends string, Known, Requires extends readonly Requirement[], C> = {
  [K in keyof C]: CheckedEntry<Name, Known, Requires, C, K>;
} & Complete<Name, Known, C>;

/** One entry of a configuration, or what is wrong with it. */
export type CheckedEntry<
  Name extends string,
  Known,
  Requires extends readonly Requirement[],
  C,
  K extends keyof C,
> = K extends keyof Known
  ? FirstBroken<Name, Requires, SizesIn<C>> extends Broken<K, infer Sentence>
    ? Sentence
    : CheckedGroup<Name, K, Known[K], C[K]>
  : Told<Problem<Sentence<typeof NO_OPTION, { where: Name; name: K & string }>>>;

/**
 * An entry that is a group of options, as `resampler: { depth: 2 }`, with a sentence in the place of each that is unknown
 * or missing.
 */
type CheckedGroup<Name extends string, K, Known, Value> = [IsGroup<Known>] extends [true]
  ? [UnknownIn<Known, Value>, Value] extends [never, Known]
    ? Value
    : CheckedFields<
        Sentence<typeof GROUP, { where: Name; group: K & string }>,
        Exclude<NonNullable<Known>, AnySlot>,
        Known,
        Value
      >
  : Value;

/** What is no group at all has the type that it should have. */
type CheckedFields<Where extends string, Group, Known, Value> = Value extends AnySlot
  ? Known
  : Value extends object
    ? {
        readonly [N in keyof Value]: N extends KeysOf<Group>
          ? Value[N] extends FieldOf<Group, N>
            ? Value[N]
            : FieldOf<Group, N>
          : Told<Problem<Sentence<typeof NO_OPTION, { where: Where; name: N & string }>>>;
      } & Complete<Where, Group, Value>
    : Known;

/**
 * What options are inferred as: any of them, and in the place of a group any object, so that what is wrong within it is
 * said in the group's own words.
 */
export type Draft<Options> = {
  readonly [K in keyof Options]?: [IsGroup<Options[K]>] extends [true] ? Options[K] | object : Options[K];
};

/** The names in a group of options that it does not have. */
export type UnknownIn<Known, Value> = Value extends AnySlot
  ? never
  : Value extends object
    ? Exclude<keyof Value, KeysOf<NonNullable<Known>>>
    : never;

/** The names in any of several forms. */
type KeysOf<T> = T extends AnySlot ? never : T extends unknown ? keyof T : never;
type FieldOf<T, K> = T extends unknown ? (K extends keyof T ? T[K] : never) : never;

/** Whether a type is that of a group of options: an object of texts, numbers, switches, lists of them, and slots. */
type IsGroup<Known> =
  Exclude<NonNullable<Known>, AnySlot> extends infer T
    ? T extends Single
      ? false
      : Exclude<T[keyof T], AnySlot> extends Single | undefined
        ? true
        : false
    : never;

/** What fills a slot beside a group of options, or among them. */
type AnySlot = AnyBlock | AnyBlockMaker | ((sizes: never) => AnyBlock);

type Single = string | number | boolean | null | readonly (string | number | boolean)[];

/**
 * Every option of a configuration, also those within its groups, as a value: what it may have, for run time. One that is
 * a choice between names has the names, a number, switch, text or list its kind.
 */
export type KnownOptions<Options> = {
  readonly [K in KeysOf<Options>]: [IsGroup<FieldOf<Options, K>>] extends [true]
    ? KnownOptions<NonNullable<FieldOf<Options, K>>>
    : KnownOption<Exclude<FieldOf<Options, K>, undefined>>;
};

type KnownOption<Field> = [Field] extends [string]
  ? string extends Field
    ? 'a text'
    : readonly Field[]
  : [Field] extends [boolean]
    ? 'true or false'
    : [Field] extends [number]
      ? 'a number' | 'a whole number from 1 on' | 'a whole number from 0 on'
      : [Field] extends [string | null]
        ? 'a text or null'
        : [Field] extends [readonly number[]]
          ? 'a list of numbers' | 'a list of whole numbers from 0 on' | 'a list of whole numbers from 1 on'
          : [Field] extends [readonly string[]]
            ? 'a list of texts'
            : true;

/** Asks for the entries that a configuration lacks. */
export type Complete<Name extends string, Known, C> = MissingEntries<
  Name,
  Exclude<RequiredKeys<Known>, keyof C>
>;

type RequiredKeys<T> = {
  [K in keyof T]-?: Record<never, never> extends Pick<T, K> ? never : K;
}[keyof T];

type MissingEntries<Name extends string, K extends PropertyKey> = [K] extends [never]
  ? unknown
  : { readonly [N in K]: Told<Problem<Sentence<typeof MISSING_OPTION, { where: Name; name: N & string }>>> };

/** The sizes of a configuration: what names the block's sizes stand for. */
export type SizesOf<Sizes extends string, C> = {
  readonly [N in Sizes]: N extends keyof C ? Canonical<C[N] & Dim> : Dim;
};

/** A requirement that does not hold, reported at the first name that it mentions. */
interface Broken<K, Sentence> {
  readonly at: K;
  readonly sentence: Sentence;
}

/** Only the first: one wrong size may break several. */
type FirstBroken<
  Name extends string,
  Requires extends readonly Requirement[],
  E extends Environment,
> = Requires extends readonly [infer H extends Requirement, ...infer T extends readonly Requirement[]]
  ? Check<Name, H, E> extends infer Outcome
    ? Outcome extends Broken<string, string>
      ? Outcome
      : FirstBroken<Name, T, E>
    : never
  : 'fits';

type Check<
  Name extends string,
  R extends Requirement,
  E extends Environment,
> = R extends `${infer A} divides ${infer B}`
  ? [Divide<Evaluate<B, E>, Evaluate<A, E>>] extends [never]
    ? Broken<
        A,
        Problem<
          Sentence<
            typeof NOT_DIVISOR,
            { where: Name; left: A; a: DescribeDim<Evaluate<A, E>>; right: B; b: DescribeDim<Evaluate<B, E>> }
          >
        >
      >
    : 'fits'
  : R extends `${infer A} = ${infer B}`
    ? Agree<Evaluate<A, E>, Evaluate<B, E>> extends true
      ? 'fits'
      : Broken<
          A,
          Problem<
            Sentence<
              typeof UNEQUAL,
              {
                where: Name;
                left: A;
                a: DescribeDim<Evaluate<A, E>>;
                right: B;
                b: DescribeDim<Evaluate<B, E>>;
              }
            >
          >
        >
    : 'fits';

/** The sizes among the entries; one that is left out may be anything. */
type SizesIn<C> = {
  readonly [K in keyof C as C[K] extends Dim ? K : never]: Canonical<C[K] & Dim>;
} & Environment;
