import { z } from 'zod';
import { character } from './component.ts';

/** SentencePiece's writing of spaces, which a pre-tokeniser does and a decoder undoes. */
export const metaspaceSchema = z.strictObject({
  type: z.string(),
  replacement: character,
  prepend_scheme: z.enum(['first', 'never', 'always']).default('always'),
  split: z.boolean().nullish(),
  /** Of files before 0.15. */
  add_prefix_space: z.boolean().nullish(),
  str_rep: z.string().nullish(),
});

/**
 * Where a space is put before a text.
 *
 * @throws Error where the older field contradicts the newer one
 */
export function prependScheme({
  prepend_scheme: scheme,
  add_prefix_space: prefix,
}: z.output<typeof metaspaceSchema>): 'first' | 'never' | 'always' {
  if (prefix === false && scheme !== 'never')
    throw new Error(
      `its Metaspace has add_prefix_space false and prepend_scheme "${scheme}", which contradict each other`,
    );
  return scheme;
}
