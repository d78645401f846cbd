import { z } from 'zod';
import type { TimeLimit } from './time-limit.ts';

/** Makes a part of a tokenizer of its section of `tokenizer.json`. Throws an `Error` whose message is the reason. */
export type Reader<Part> = (section: unknown, runsWithin: TimeLimit) => Part;

/**
 * Reads one of a tokenizer's parts by its "type".
 *
 * @param role What it is, for messages: "normalizer".
 * @param readers Of every type that there is, by name: a further one is a further entry.
 * @param runsWithin Bounds the time of regular expressions.
 * @throws Error that names a type without a reader: to leave it out would give other ids.
 */
export function readComponent<Part>(
  role: string,
  readers: ReadonlyMap<string, Reader<Part>>,
  section: unknown,
  runsWithin: TimeLimit,
): Part {
  const { type } = parseSection(z.looseObject({ type: z.string() }), section, role);
  const reader = readers.get(type);
  if (reader !== undefined) return reader(section, runsWithin);
  throw new Error(`its ${role} '${type}' is none of those that are known: ${[...readers.keys()].join(', ')}`);
}

/** @throws Error that says where the section is not as the schema has it */
export function parseSection<Schema extends z.ZodType>(
  schema: Schema,
  section: unknown,
  role: string,
): z.output<Schema> {
  const parsed = schema.safeParse(section);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue === undefined || issue.path.length === 0 ? '' : ` at "${issue.path.join('.')}"`;
  throw new Error(
    `its ${role} is wrong${place}: ${issue?.message.replace(/^Invalid input: /, '') ?? 'unknown'}`,
  );
}

/** One Unicode character. */
export const character = z.string().refine((text) => [...text].length === 1, 'one character is expected');
