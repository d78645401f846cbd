import { atCallSite } from '../at-call-site.ts';
import type { Caller } from '../call-site.ts';
import { sentence } from '../errors/sentence.ts';
import { fail } from '../operator.ts';
import { GROUP, MISSING_OPTION } from '../sentences/options.ts';
import { checkRequirement, namesIn } from '../shape/signature.ts';
import type { CheckedConfig, KnownOptions, Requirement } from '../types/config.ts';
import { refuseUnknown } from './refused-options.ts';

export type { CheckedEntry, Complete, Draft, KnownOptions, UnknownIn } from '../types/config.ts';
export type { Subtract } from '../types/dim.ts';
export type { Problem } from '../types/problem.ts';

/**
 * The options of a model family, checked where the author writes them: every entry that is unknown, missing or breaks a
 * requirement has a sentence for its type. Sizes that are not literal are left to `checkOptions`.
 *
 *     export function opt<const O extends Draft<OptOptions>>(
 *       options: CheckedOptions<'opt', OptOptions, ['heads divides dim'], O>,
 *     ): LanguageModel;
 */
export type CheckedOptions<
  Name extends string,
  Options extends object,
  Requires extends readonly Requirement[],
  O,
> = CheckedConfig<Name, Options, Requires, O>;

/**
 * Refuses options that a family does not have, and checks what must hold between sizes; a requirement over an option that
 * is left out holds.
 *
 * @param family the function that the author calls: its name is that of the family, its caller's line is reported
 * @param requirements `'heads divides dim'`, `'dim = heads*headDim'`
 * @param known every option, as `refuseUnknownOptions` takes them
 * @throws ModelError at the author's call, in the sentence that the type checker has for literal sizes
 */
export function checkOptions<Options extends object>(
  family: Caller,
  options: Options,
  requirements: readonly Requirement[],
  known: KnownOptions<Options>,
): void {
  refuseUnknownOptions(family, options, known);
  const sizes = new Map(
    Object.entries(options).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
  atCallSite(() => {
    for (const requirement of requirements) {
      if (namesIn(requirement).every((name) => sizes.has(name)))
        checkRequirement(family.name, requirement, sizes);
    }
  }, family);
}

/**
 * Refuses options that there are none of, which a misspelt one is, also within a group of options, names that an
 * option cannot have, and values of another kind, as a text in the place of a number. The type checker does so where options are written at the call; this is for those that come from
 * elsewhere.
 *
 * @param family the function that the author calls
 * @param known every option and what it may be, as
 *   `{ depth: 'a whole number from 1 on', activation: ['relu', 'gelu'], resampler: { finalNorm: 'true or false' } }`;
 *   true for one that says itself what it cannot be
 * @throws ModelError at the author's call, in the type checker's sentence
 */
export function refuseUnknownOptions<Options extends object>(
  family: Caller,
  options: Options,
  known: KnownOptions<Options>,
): void {
  atCallSite(() => refuseUnknown(family.name, options, known), family);
}

/**
 * Refuses options without those that every model of a family needs, in the type checker's sentence.
 *
 * @param family the function that the author calls
 * @param group where the options stand within those of the family: `crossAttention`
 * @throws ModelError at the author's call
 */
export function requireOptions<Options extends object>(
  family: Caller,
  options: Options,
  names: readonly (keyof Options & string)[],
  group?: string,
): void {
  atCallSite(() => {
    const where = group === undefined ? family.name : sentence(GROUP, { where: family.name, group });
    const missing = names.find((name) => options[name] === undefined);
    if (missing !== undefined) fail(sentence(MISSING_OPTION, { where, name: missing }));
  }, family);
}
