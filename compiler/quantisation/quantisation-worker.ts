import { UserError } from '../../artifact/user-error.ts';
import { type Chunk, quantiseChunk } from './quantise-chunk.ts';
import type { QuantisedRows } from './quantise-rows.ts';

/** What is not in the chunk's memory of quantised rows, or the sentence of what is wrong: errors lose their class between threads. */
export type Answer = Pick<QuantisedRows, 'uneven'> | { readonly refused: string };

/** A thread's work: one chunk, of which the rows go `into` its memory. */
export default function quantise(chunk: Chunk): Answer {
  try {
    const { uneven } = quantiseChunk(chunk);
    return uneven === undefined ? {} : { uneven };
  } catch (error) {
    if (error instanceof UserError) return { refused: error.message };
    throw error;
  }
}
