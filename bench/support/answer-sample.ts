import { z } from 'zod';

/** What a process tells that has answered one prompt. */
export const answerSample = z.strictObject({
  /** Seconds until the model was loaded. */
  load: z.number(),
  /** Seconds from there to the first token, images included. */
  firstToken: z.number(),
  /** From the first token on. */
  tokensPerSecond: z.number(),
  /** Largest resident size in bytes, files in memory included. */
  peak: z.number(),
});

export type AnswerSample = z.infer<typeof answerSample>;
