import type { z } from 'zod';
import { plain } from '../../artifact/quoted.ts';

/** Where a value is not what was expected, in words for a sentence. */
export interface Misfit {
  /** `shots.0.text`; empty for the value itself. */
  readonly path: string;
  /** What is there: `'a text'`, `missing`, `a list of 2`. */
  readonly found: string;
  /** `a list`, `a number of at least 1`. */
  readonly expected: string;
  /** The name of an entry that there should not be. */
  readonly unknown?: string;
}

/** What the first complaint about a value is. */
export function misfitOf(error: z.ZodError, value: unknown): Misfit {
  const [first] = error.issues;
  if (first === undefined) return { path: '', found: 'wrong', expected: 'another' };
  const { issue, path } = innermost(first);
  const there = path.reduce<unknown>(entryOf, value);
  const [unknown] = issue.code === 'unrecognized_keys' ? issue.keys.map(short) : [];
  return {
    path: plain(path.map(String).join('.')),
    found: describe(there),
    expected: unknown === undefined ? expectationOf(issue) : `one without the entry ${unknown}`,
    ...(unknown !== undefined && { unknown }),
  };
}

/** A misfit within a sentence: `'shots.0.text' is missing but a text is expected`, `it is 'a' but a number is expected`. */
export function misfitWords({ path, found, expected }: Misfit): string {
  return `${path === '' ? 'it' : `'${path}'`} is ${found} but ${expected} is expected`;
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
    case 'invalid_union': {
      const forms = issue.errors.flatMap(([first]) => (first === undefined ? [] : [expectationOf(first)]));
      return forms.length === 0 ? 'another value' : [...new Set(forms)].join(' or ');
    }
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
