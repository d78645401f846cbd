import { UserError } from '../../artifact/user-error.ts';
import { type Chunk, quantiseChunk } from './quantise-chunk.ts';
import type { QuantisedRows } from './quantise-rows.ts';

/** Quantised rows, or the sentence of what is wrong with the weights: errors lose their class between threads. */
export type Answer = QuantisedRows | { readonly refused: string };

/** A thread's work: one chunk. */
export default async function quantise(chunk: Chunk): Promise<Answer> {
  try {
    return await quantiseChunk(chunk);
  } catch (error) {
    if (error instanceof UserError) return { refused: error.message };
    throw error;
  }
}
