import type { z } from 'zod';
import { UserError } from '../../artifact/user-error.ts';
import { misfitOf } from './misfit.ts';

/**
 * Checks an argument of a public function, which a program without types may get wrong.
 *
 * @param name what the sentence calls it: `the prompt`
 * @param schema what it must be; nothing of it is changed
 * @throws UserError: one sentence that says where, what was found and what is expected
 */
export function checkArgument(name: string, schema: z.ZodType, value: unknown): void {
  const parsed = schema.safeParse(value);
  if (parsed.success) return;
  const { path, found, expected, unknown } = misfitOf(parsed.error, value);
  const where = path === '' ? name : `'${path}' of ${name}`;
  const several = path === '' && isPlural(name);
  if (unknown !== undefined) {
    throw new UserError(
      `${capital(where)} ${several ? 'have' : 'has'} the unknown entry ${unknown}: correct its name or leave it out.`,
    );
  }
  throw new UserError(
    `${capital(where)} ${several ? 'are' : 'is'} ${found} but ${expected} is expected: correct ${several ? 'them' : 'it'}.`,
  );
}

/** By the word that a name is about: `the options of BLEU`, `the special tokens`, but `the list of items`. */
function isPlural(name: string): boolean {
  const [about = ''] = name.split(' of ');
  return /[^s]s$/.test(about);
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
