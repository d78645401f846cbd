import { mutateBytes } from './mutate-bytes.ts';
import type { Random } from './random.ts';

/** The longest text that is made of another. */
const LONGEST = 200_000;

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Names that every object of JavaScript has, and other keys that a reader may stumble over. */
const KEYS = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '',
  'length',
  '0',
  '-1',
  'a\0b',
  'a\nb',
  '\ud800',
];

const VALUES: readonly ((random: Random) => Json)[] = [
  () => null,
  (random) => random.once(2),
  (random) =>
    random.pick([
      ...[0, -0, 1, -1, 0.5, 1e-320, 255, 256, 65536, 1e6, 1e8, 2 ** 31, -(2 ** 31), 2 ** 32],
      ...[2 ** 53, 2 ** 53 + 2, 1e15, 1e21, 1e308],
    ]),
  (random) => random.below(100),
  (random) => random.pick(KEYS),
  (random) => random.pick(['a', '1', '\u2028', '.*', '(a+)+$', '/', '..', 'x', ' ', 'Ａ', '🙂', '{}', 'NaN']),
  (random) => random.pick(['x', '🙂', '\0', 'é', '<s>', '"']).repeat(random.length(50_000)),
  () => [],
  () => ({}),
  (random) => Array.from({ length: random.length(20_000) }, () => random.below(3)),
  (random) => Object.fromEntries(Array.from({ length: random.length(5_000) }, (_, key) => [`k${key}`, key])),
  (random) => {
    let value: Json = 1;
    const key = random.once(2) ? undefined : random.pick(['a', ...KEYS]);
    for (let depth = random.length(3_000); depth > 0; depth--)
      value = key === undefined ? [value] : Object.fromEntries([[key, value]]);
    return value;
  },
];

/** A value that is something else than was expected: of another kind, too large, too deep, or with a strange name. */
export function hostileValue(random: Random): Json {
  return random.pick(VALUES)(random);
}

/** A JSON text with a few values changed, removed, renamed or taken from another place; seldom no JSON any more. */
export function mutateJson(random: Random, texts: readonly string[]): Buffer {
  let json: Json = JSON.parse(random.pick(texts));
  for (let count = 1 + random.length(5); count > 0; count--) json = changed(json, random, texts);
  const bytes = Buffer.from(written(json));
  return random.once(12) ? mutateBytes(random, [bytes, ...texts.map((text) => Buffer.from(text))]) : bytes;
}

function written(json: Json): string {
  try {
    return JSON.stringify(json);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // Nested deeper than can be written.
    return '['.repeat(10_000) + ']'.repeat(10_000);
  }
}

/** Goes down from the top by chance, and changes what it comes to. */
function changed(json: Json, random: Random, texts: readonly string[]): Json {
  if (typeof json !== 'object' || json === null) return replaced(json, random, texts);
  if (random.once(8)) return replaced(json, random, texts);
  if (isList(json)) {
    if (json.length === 0) return [hostileValue(random)];
    const place = random.below(json.length);
    const item = json[place] ?? null;
    if (random.once(6)) return json.toSpliced(place, 1);
    if (random.once(6))
      return json.toSpliced(place, 0, ...Array.from({ length: random.length(50) }, () => item));
    return json.with(place, changed(item, random, texts));
  }
  const entries = Object.entries(json);
  if (entries.length === 0) return Object.fromEntries([[random.pick(KEYS), hostileValue(random)]]);
  const place = random.below(entries.length);
  const [key, value] = entries[place] ?? ['', null];
  if (random.once(8)) return Object.fromEntries(entries.toSpliced(place, 1));
  if (random.once(8))
    return Object.fromEntries(entries.with(place, [random.pick([...KEYS, `${key}x`]), value]));
  if (random.once(8)) return Object.fromEntries([...entries, [random.pick(KEYS), hostileValue(random)]]);
  return Object.fromEntries(entries.with(place, [key, changed(value, random, texts)]));
}

function isList(json: readonly Json[] | { readonly [key: string]: Json }): json is readonly Json[] {
  return Array.isArray(json);
}

function replaced(json: Json, random: Random, texts: readonly string[]): Json {
  if (typeof json === 'number' && random.once(2))
    return json + random.pick([1, -1, 0.5, 1e6, -json, json, 2 ** 40]);
  if (typeof json === 'string' && random.once(2))
    return random.pick([
      json + json.slice(0, LONGEST),
      json.slice(1),
      json.toUpperCase(),
      ` ${json}`,
      `${json}\0`,
      json.repeat(Math.min(1000, Math.floor(LONGEST / (json.length + 1)))),
    ]);
  return random.once(4) ? anyPart(JSON.parse(random.pick(texts)), random) : hostileValue(random);
}

/** What is somewhere in a value. */
function anyPart(json: Json, random: Random): Json {
  if (typeof json !== 'object' || json === null || random.once(4)) return json;
  const parts = isList(json) ? json : Object.values(json);
  return parts.length === 0 ? json : anyPart(random.pick(parts.map((part) => [part]))[0] ?? null, random);
}
