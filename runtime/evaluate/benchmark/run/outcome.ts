import { z } from 'zod';

/** What a model made of an item with so many examples, as a line of `outcomes.jsonl`. */
export const OUTCOME = z.strictObject({
  shots: z.int().min(0),
  seed: z.int(),
  /** The item's. */
  id: z.string(),
  /** The items that were its examples, in their order. */
  examples: z.array(z.string()),
  /** After the benchmark's rule; or the choice of the highest score. */
  answer: z.string(),
  /** As it was written, where the rule changed that. */
  written: z.string().optional(),
  /** Of every choice, where the metric needs them. */
  scores: z.array(z.number()).optional(),
});
export type Outcome = z.infer<typeof OUTCOME>;

/** What an outcome is the outcome of. */
export function outcomeKey({ shots, seed, id }: Pick<Outcome, 'shots' | 'seed' | 'id'>): string {
  return `${shots} ${seed} ${id}`;
}
