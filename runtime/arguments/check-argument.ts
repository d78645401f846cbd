import type { z } from 'zod';
import { UserError } from '../../artifact/user-error.ts';

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
  const [first] = parsed.error.issues;
  if (first === undefined) throw new UserError(`${capital(name)} is wrong.`);
  const { issue, path } = innermost(first);
  const where = path.length === 0 ? name : `'${path.map(String).join('.')}' of ${name}`;
  const several = path.length === 0 && isPlural(name);
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    throw new UserError(
      `${capital(where)} ${several ? 'have' : 'has'} the unknown entry ${short(key)}: correct its name or leave it out.`,
    );
  }
  const found = describe(path.reduce<unknown>(entryOf, value));
  throw new UserError(
    `${capital(where)} ${several ? 'are' : 'is'} ${found} but ${expectationOf(issue)} is expected: correct ${several ? 'them' : 'it'}.`,
  );
}

/** By the word that a name is about: `the options of BLEU`, `the special tokens`, but `the list of items`. */
function isPlural(name: string): boolean {
  const [about = ''] = name.split(' of ');
  return /[^s]s$/.test(about);
}

type Issue = z.core.$ZodIssue;

/** Of a union the complaint of the form that fits furthest. */
function innermost(
  issue: Issue,
  before: readonly PropertyKey[] = [],
): { issue: Issue; path: readonly PropertyKey[] } {
  const path = [...before, ...issue.path];
  if (issue.code !== 'invalid_union') return { issue, path };
  const found = issue.errors.flatMap(([first]) => (first === undefined ? [] : [innermost(first, path)]));
  const [best] = found.sort((a, b) => b.path.length - a.path.length);
  return best === undefined || best.path.length === path.length ? { issue, path } : best;
}

function entryOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
};

function expectationOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPES[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return issue.values.map((value) => short(String(value))).join(' or ');
    case 'too_small':
      return `${sized(issue.origin)} ${issue.inclusive === false ? 'above' : 'of at least'} ${issue.minimum}${unit(issue.origin)}`;
    case 'too_big':
      return `${sized(issue.origin)} of at most ${issue.maximum}${unit(issue.origin)}`;
    default:
      return issue.message;
  }
}

function sized(origin: string): string {
  return TYPES[origin] ?? 'a number';
}

function unit(origin: string): string {
  return origin === 'string' ? ' characters' : origin === 'array' ? ' entries' : '';
}

/** A value in a few words. */
function describe(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'string') return short(value);
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value === 'function') return 'a function';
  return String(value);
}

/** In quotes, on one line. */
function short(text: string): string {
  const line = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return `'${line.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ')}'`;
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
