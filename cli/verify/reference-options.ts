import { UserError } from '../../artifact/user-error.ts';
import { type PythonValue, parsePythonValue } from './python-value.ts';

/** What a constructor argument must be. `size` is a whole number of at least 1. */
type OptionKind = 'size' | 'optional size' | 'positive number' | 'boolean';

/** A constructor argument: its kind, and its default in Python; required without one. */
interface OptionRule {
  readonly kind: OptionKind;
  readonly standard?: PythonValue;
  /** The largest value that makes sense, where a larger one would be built in vain for a very long time. */
  readonly most?: number;
}

export type OptionRules = Readonly<Record<string, OptionRule>>;

/** The values of the arguments, by the kinds that the rules name. */
export type OptionValues<R extends OptionRules> = {
  readonly [N in keyof R]: R[N]['kind'] extends 'boolean'
    ? boolean
    : R[N]['kind'] extends 'optional size'
      ? number | null
      : number;
};

/** Keys that say where a file comes from and cannot change what a block computes. */
const INFORMATIONAL = new Set([
  ...[
    'author',
    'comment',
    'created',
    'date',
    'description',
    'file',
    'format',
    'framework',
    'generator',
    'library',
  ],
  ...[
    'licence',
    'license',
    'name',
    'note',
    'notes',
    'open_flamingo',
    'python',
    'seed',
    'source',
    'title',
    'torch',
  ],
  ...['transformers', 'url', 'version'],
]);

const EXPECTED: Readonly<Record<OptionKind, string>> = {
  size: 'a whole number of at least 1',
  'optional size': 'a whole number of at least 1 or None',
  'positive number': 'a number above 0',
  boolean: 'True or False',
};

/**
 * Reads a block's constructor arguments from a file's metadata. An argument that is left out has Python's default; a
 * key that is neither an argument nor informational is an error, because ignoring it could verify another block.
 *
 * @throws UserError naming the key
 */
export function readOptions<R extends OptionRules>(
  rules: R,
  metadata: ReadonlyMap<string, string>,
  label: string,
): OptionValues<R> {
  const unknown = [...metadata.keys()].filter(
    (key) => key !== 'module' && !Object.hasOwn(rules, key) && !INFORMATIONAL.has(key.toLowerCase()),
  );
  if (unknown.length > 0) {
    const known = Object.keys(rules).join(', ');
    throw new UserError(
      `${label} has the unknown metadata ${unknown.join(', ')}; its module takes ${known}.`,
    );
  }
  const values: Record<string, PythonValue> = {};
  for (const [name, rule] of Object.entries(rules))
    values[name] = readOption(name, rule, metadata.get(name), label);
  // Each value was checked against the kind of its rule.
  return values as OptionValues<R>;
}

function readOption(
  name: string,
  { kind, standard, most = Number.MAX_SAFE_INTEGER }: OptionRule,
  text: string | undefined,
  label: string,
): PythonValue {
  if (text === undefined) {
    if (standard === undefined)
      throw new UserError(`${label} lacks the metadata ${name}: ${EXPECTED[kind]}.`);
    return standard;
  }
  const value = parsePythonValue(text);
  if (value === undefined || !fits(kind, value)) {
    throw new UserError(
      `${label} has ${name} = ${JSON.stringify(text)} in its metadata, but ${EXPECTED[kind]} was expected.`,
    );
  }
  if (typeof value === 'number' && value > most) {
    throw new UserError(`${label} has ${name} = ${value} in its metadata, but at most ${most} was expected.`);
  }
  return value;
}

function fits(kind: OptionKind, value: PythonValue): boolean {
  if (kind === 'boolean') return typeof value === 'boolean';
  if (value === null) return kind === 'optional size';
  if (typeof value === 'boolean') return false;
  return kind === 'positive number' ? value > 0 : Number.isSafeInteger(value) && value >= 1;
}
