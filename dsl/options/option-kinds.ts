/** What an option may be, in the words of its refusal, and how it is told. */
const KINDS = {
  'a whole number from 1 on': (value: unknown) => Number.isInteger(value) && Number(value) >= 1,
  'a whole number from 0 on': (value: unknown) => Number.isInteger(value) && Number(value) >= 0,
  'a number': (value: unknown) => typeof value === 'number' && !Number.isNaN(value),
  'true or false': (value: unknown) => typeof value === 'boolean',
  'a text': (value: unknown) => typeof value === 'string',
  'a text or null': (value: unknown) => value === null || typeof value === 'string',
  'a list of numbers': (value: unknown) => isListOf(value, 'a number'),
  'a list of whole numbers from 1 on': (value: unknown) => isListOf(value, 'a whole number from 1 on'),
  'a list of whole numbers from 0 on': (value: unknown) => isListOf(value, 'a whole number from 0 on'),
  'a list of texts': (value: unknown) => isListOf(value, 'a text'),
};

export type OptionKind = keyof typeof KINDS;

export function isOfKind(value: unknown, kind: OptionKind): boolean {
  return KINDS[kind](value);
}

export function isOptionKind(kind: unknown): kind is OptionKind {
  return typeof kind === 'string' && Object.hasOwn(KINDS, kind);
}

function isListOf(value: unknown, kind: OptionKind): boolean {
  return Array.isArray(value) && value.every((each) => isOfKind(each, kind));
}

/** A value as a refusal shows it: a number that is written as a text is told from a number. */
export function shownValue(value: unknown): string {
  if (typeof value === 'string') return `the text '${value}'`;
  if (Array.isArray(value)) return `[${value.map(shownValue).join(', ')}]`;
  if (typeof value === 'function') return 'a function';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
