import { z } from 'zod';

/** What the process that answers requests tells of itself. */
export const memorySample = z.strictObject({
  /** How many requests have been answered. */
  request: z.number().int(),
  /** Bytes of the process that are in memory. */
  resident: z.number(),
});

export type MemorySample = z.infer<typeof memorySample>;
