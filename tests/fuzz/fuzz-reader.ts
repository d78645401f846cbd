import type { Random } from './random.ts';

/**
 * A reader of files under test. Every file of `readers/` exports one as `reader`; there is no other list of them.
 */
export interface FuzzReader {
  /** What it reads, as the command line names it: that of its file. */
  readonly name: string;
  /** @param folder an empty folder, in memory where the system has one, for readers that take paths */
  prepare(folder: string): Promise<PreparedReader>;
}

interface PreparedReader {
  /** Whole files that the reader takes: what the others are made of. */
  readonly seeds: readonly Uint8Array[];
  /** A file that may be damaged, hostile, or whole. */
  make(random: Random): Uint8Array;
  /** Reads a file as the product does. What it throws must be a UserError or a ModelError. */
  read(file: Uint8Array): void | Promise<void>;
}
