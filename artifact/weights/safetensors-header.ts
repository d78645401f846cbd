import { z } from 'zod';
import { LIMITS } from '../../dsl/limits.ts';
import { endOfString, parseJson } from '../parse-json.ts';
import { quoted } from '../quoted.ts';
import { UserError } from '../user-error.ts';
import type { StoredDtype } from './stored-dtype.ts';

/** Bytes of one element for every dtype of the format, by the format's own names. */
const FORMAT_BYTES = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  F64: 8,
  I64: 8,
  U64: 8,
} as const;

export type FormatDtype = keyof typeof FORMAT_BYTES;

/** The dtypes that this project reads; a file may hold others as long as nobody asks for them. */
const DTYPES: Partial<Record<FormatDtype, StoredDtype>> = {
  BOOL: 'bool',
  U8: 'uint8',
  I8: 'int8',
  I16: 'int16',
  F16: 'float16',
  BF16: 'bfloat16',
  I32: 'int32',
  F32: 'float32',
  F64: 'float64',
  I64: 'int64',
};

/** What the header says of one tensor. `begin` and `end` count from the end of the header. */
export interface HeaderEntry {
  readonly name: string;
  readonly format: FormatDtype;
  /** Undefined for a dtype that this project does not read. */
  readonly dtype: StoredDtype | undefined;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly entries: ReadonlyMap<string, HeaderEntry>;
  readonly metadata: ReadonlyMap<string, string>;
}

export function formatDtype(dtype: StoredDtype): FormatDtype {
  for (const [format, named] of Object.entries(DTYPES)) {
    if (named === dtype && isFormatDtype(format)) return format;
  }
  throw new Error(`safetensors has no dtype for ${dtype}`);
}

const size = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const entrySchema = z.strictObject({
  dtype: z.string(),
  shape: z.array(size),
  data_offsets: z.tuple([size, size]),
});

/**
 * Reads the JSON header of a safetensors file and checks all that the format demands: known dtypes, sizes that agree
 * with the byte ranges, and ranges that cover the `dataBytes` after the header without gaps or overlaps.
 *
 * @param label what error sentences call the file
 * @throws UserError one sentence that names the tensor and what is wrong with it
 * @see https://huggingface.co/docs/safetensors, "Format"
 */
export function parseSafetensorsHeader(
  header: Uint8Array,
  dataBytes: number,
  label: string,
): SafetensorsHeader {
  const bad = (problem: string): never => {
    throw new UserError(`${label} is not a valid safetensors file: ${problem}.`);
  };
  let text: string;
  let parsed: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(header);
    parsed = parseJson(text, `The header of ${label}`, LIMITS.headerValues);
  } catch (error) {
    if (error instanceof UserError) throw error;
    return bad('its header is not JSON');
  }
  if (!text.startsWith('{') || typeof parsed !== 'object' || parsed === null) {
    return bad('its header does not start with {');
  }
  const twice = repeatedKey(text);
  if (twice !== undefined) bad(`its header names ${quoted(twice)} twice`);

  const values = Object.entries(parsed);
  if (values.length > LIMITS.tensors.most)
    bad(`it has ${values.length} tensors, but at most ${LIMITS.tensors.most} are read`);
  const entries: HeaderEntry[] = [];
  const metadata = new Map<string, string>();
  for (const [name, value] of values) {
    if (name === '__metadata__') {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        bad('its __metadata__ is not an object of strings');
      }
      for (const [key, text] of Object.entries(value)) {
        if (typeof text !== 'string')
          return bad(`its __metadata__ has ${quoted(key)}, which is not a string`);
        metadata.set(key, text);
      }
    } else {
      entries.push(readEntry(name, value, bad));
    }
  }
  checkRanges(entries, dataBytes, bad);
  return { entries: new Map(entries.map((entry) => [entry.name, entry])), metadata };
}

function readEntry(name: string, value: unknown, bad: (problem: string) => never): HeaderEntry {
  const tensor = `tensor ${quoted(name)}`;
  if (name.length > LIMITS.tensorName.most)
    return bad(
      `${tensor} has a name of ${name.length} characters, but at most ${LIMITS.tensorName.most} are read`,
    );
  if (isTooLong(value)) return bad(`${tensor} has more than the ${LIMITS.axes.most} axes that are read`);
  const result = entrySchema.safeParse(value);
  if (!result.success) return bad(`${tensor} needs exactly a dtype, a shape and two data_offsets`);
  const { dtype: format, shape, data_offsets } = result.data;
  if (!isFormatDtype(format)) return bad(`${tensor} has the unknown dtype ${quoted(format)}`);
  const [begin, end] = data_offsets;
  const expected = shape.reduce((product, axis) => product * BigInt(axis), BigInt(FORMAT_BYTES[format]));
  if (expected !== BigInt(end) - BigInt(begin)) {
    return bad(
      `${tensor} is ${format} [${shape.join(', ')}], which takes ${expected} bytes, but its data_offsets are ${begin} to ${end}`,
    );
  }
  return { name, format, dtype: DTYPES[format], shape, begin, end };
}

/** Whether a shape has more axes than any tensor: each would be looked at. */
function isTooLong(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    'shape' in value &&
    Array.isArray(value.shape) &&
    value.shape.length > LIMITS.axes.most
  );
}

/** The ranges must tile the data exactly, so that no byte of the file is unaccounted for or counted twice. */
function checkRanges(
  entries: readonly HeaderEntry[],
  dataBytes: number,
  bad: (problem: string) => never,
): void {
  let covered = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    const tensor = `tensor ${quoted(name)}`;
    if (begin < covered) bad(`${tensor} overlaps another: it starts at byte ${begin}, before ${covered}`);
    if (begin > covered) bad(`bytes ${covered} to ${begin}, before ${tensor}, belong to no tensor`);
    if (end > dataBytes) {
      bad(
        `${tensor} ends at byte ${end} of the data, but only ${dataBytes} bytes are there; the file may be cut short`,
      );
    }
    covered = end;
  }
  if (covered !== dataBytes) bad(`its tensors take ${covered} bytes, but ${dataBytes} follow the header`);
}

function isFormatDtype(name: string): name is FormatDtype {
  return Object.hasOwn(FORMAT_BYTES, name);
}

/**
 * The first key that occurs twice in one object of a valid JSON text: `JSON.parse` would keep the last silently, and
 * another reader the first.
 */
function repeatedKey(json: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  for (let place = 0; place < json.length; place++) {
    const character = json[place];
    if (character === '{') open.push(new Set());
    else if (character === '[') open.push(undefined);
    else if (character === '}' || character === ']') open.pop();
    else if (character === '"') {
      const end = endOfString(json, place);
      let next = end + 1;
      while (/\s/.test(json[next] ?? '')) next++;
      if (json[next] === ':') {
        const key: string = JSON.parse(json.slice(place, end + 1));
        const keys = open.at(-1);
        if (keys?.has(key)) return key;
        keys?.add(key);
      }
      place = end;
    }
  }
  return undefined;
}
