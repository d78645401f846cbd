import { z } from 'zod';
import type { Provider } from '../../artifact/provider.ts';
import type { Peer } from './peer.ts';
import type { Scale } from './scale.ts';

/** One line of the table. */
const line = z.strictObject({
  what: z.string(),
  value: z.number(),
  unit: z.string(),
  /** The same by PyTorch, in the same minutes; left out where it was not measured. */
  peer: z.number().optional(),
  /** What is aimed at, in words, and whether it is reached; left out where nothing is. */
  aim: z.strictObject({ words: z.string(), reached: z.boolean() }).optional(),
  note: z.string().optional(),
});

/** What came of a row. */
export const outcomeSchema = z.strictObject({
  row: z.string(),
  summary: z.string(),
  seconds: z.number(),
  lines: z.array(line),
  /** Why it did not come to its end. */
  problem: z.string().optional(),
});

export type Line = z.infer<typeof line>;
export type Outcome = z.infer<typeof outcomeSchema>;

/** What a row is told. */
export interface RowContext {
  readonly provider: Provider;
  readonly scale: Scale;
  /** Where models are made, which rows after this one use again. */
  readonly folder: string;
  /** PyTorch in a process of its own; undefined where no Python with it was given. */
  readonly peer: Peer | undefined;
  /** What rows before this have found, by their names. */
  readonly found: ReadonlyMap<string, readonly Line[]>;
  /** A line for whoever waits. */
  note(line: string): void;
}

/** One row of the table, or a few that are measured together. Every file of `rows/` exports one as `row`. */
export interface Row {
  readonly name: string;
  readonly summary: string;
  /** Its process is ended after so many seconds. */
  readonly limit: number;
  /** Whether it measures PyTorch beside. */
  readonly hasPeer: boolean;
  run(context: RowContext): Promise<readonly Line[]>;
}

/** A line with an aim that a number is to stay below or above. */
export function aimed(
  measured: Omit<Line, 'aim'>,
  aim: { readonly most: number } | { readonly least: number },
  of: number = measured.value,
  called = '',
): Line {
  const [word, limit, reached] =
    'most' in aim ? ['at most', aim.most, of <= aim.most] : ['at least', aim.least, of >= aim.least];
  return { ...measured, aim: { words: `${called}${word} ${limit}`, reached } };
}
