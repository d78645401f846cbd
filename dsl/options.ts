import { atCallSite } from './at-call-site.ts';
import type { Caller } from './call-site.ts';
import { checkRequirement, namesIn } from './shape/signature.ts';
import type { CheckedConfig, Requirement } from './types/config.ts';

export type { CheckedEntry, Complete } from './types/config.ts';
export type { Subtract } from './types/dim.ts';
export type { Problem } from './types/problem.ts';

/**
 * The options of a model family, checked where the author writes them: every entry that is unknown, missing or breaks a
 * requirement has a sentence for its type. Sizes that are not literal are left to `checkOptions`.
 *
 *     export function opt<const O extends Partial<OptOptions>>(
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
 * Checks what must hold between the sizes in a family's options; a requirement over an option that is left out holds.
 *
 * @param family the function that the author calls: its name is that of the family, its caller's line is reported
 * @param requirements `'heads divides dim'`, `'dim = heads*headDim'`
 * @throws ModelError at the author's call, in the sentence that the type checker has for literal sizes
 */
export function checkOptions(family: Caller, options: object, requirements: readonly Requirement[]): void {
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
