import { z } from 'zod';
import type { DialogueExamples, Examples, FewShotExamples } from '../prompt/examples.ts';
import { mediaOf, type Pictures } from '../prompt/prompt.ts';
import type { TaskPicture } from './prepared-tasks.ts';

/** The version of the file's layout; others are refused. */
export const TASK_FORMAT = 1;

const text = z.string();
const size = z.number().int().positive();
/** How many pictures stand before the text. */
const pictures = z.number().int().nonnegative();

const fewShot = z.strictObject({
  shots: z.array(z.strictObject({ pictures, text })).min(1),
  separator: z.exactOptional(text),
});
const dialogue = z.strictObject({
  preamble: z.exactOptional(text),
  turns: z.array(z.strictObject({ pictures, speaker: z.enum(['user', 'assistant']), text })),
  names: z.exactOptional(z.strictObject({ user: text, assistant: text })),
});

/** What a file says of the task in it, besides its tensors. */
export const taskDescription = z.strictObject({
  format: z.literal(TASK_FORMAT),
  model: z.strictObject({
    name: text,
    precision: text,
    /** Of its files, how pictures reach its text, and how both are read. */
    sha256: text,
  }),
  pixels: z.enum(['shown', 'pillow']),
  examples: z.union([fewShot, dialogue]),
  /** Of each a name for its content, and the shapes of what was made of it. */
  pictures: z.array(z.strictObject({ name: text, shapes: z.record(z.string(), z.array(size)) })),
  /** SHA-256 of all else that is here and of every tensor. */
  checksum: text,
});

export type TaskDescription = z.infer<typeof taskDescription>;

/**
 * What the checksum is of: the description without it, and the SHA-256 of every tensor.
 *
 * @param sums by the tensors' names
 */
export function checkedText(
  described: Omit<TaskDescription, 'checksum'>,
  sums: ReadonlyMap<string, string>,
): string {
  const sorted = [...sums].sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([taskDescription.omit({ checksum: true }).parse(described), sorted]);
}

/** Examples without their pictures, of which there is how many stand where. */
export function describeExamples(examples: Examples): TaskDescription['examples'] {
  if ('shots' in examples) {
    const { shots, separator } = examples;
    const described = shots.map((shot) => ({ pictures: mediaOf(shot).length, text: shot.text }));
    return { shots: described, ...(separator !== undefined && { separator }) };
  }
  const { preamble, turns, names } = examples;
  return {
    ...(preamble !== undefined && { preamble }),
    turns: turns.map((turn) => ({
      ...{ pictures: mediaOf(turn).length, speaker: turn.speaker, text: turn.text },
    })),
    ...(names !== undefined && { names }),
  };
}

/** Examples whose pictures are known by their names alone, in the order of their places. */
export function namedExamples(
  described: TaskDescription['examples'],
  pictures: readonly Pick<TaskPicture, 'name'>[],
): Examples {
  let next = 0;
  const shown = (count: number): Pictures => {
    const images = pictures.slice(next, next + count).map(({ name }) => name);
    next += count;
    return count === 0 ? {} : { images };
  };
  if ('shots' in described) {
    const { shots, ...rest } = described;
    return {
      ...rest,
      shots: shots.map(({ pictures: count, text }) => ({ ...shown(count), text })),
    } satisfies FewShotExamples;
  }
  const { turns, ...rest } = described;
  return {
    ...rest,
    turns: turns.map(({ pictures: count, ...turn }) => ({ ...shown(count), ...turn })),
  } satisfies DialogueExamples;
}
