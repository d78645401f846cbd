import type { WeightFile } from '../../../artifact/weights/weight-file.ts';

/**
 * A format of weight files. Each is one file of `formats/`, as the export `format`; `npm run registries` lists them.
 */
export interface WeightFormat {
  /** As error sentences call it. */
  readonly name: string;
  /** Whether its files name others, which hold the tensors: none of those may be such a file again. */
  readonly namesOthers?: true;
  /** Whether a file is of this format, by its first bytes (up to 64): names and extensions say little. */
  recognises(start: Uint8Array): boolean;
  /**
   * Opens a file of this format: headers are read and checked, values are not read.
   *
   * @param openShard how to open another file that this one names
   * @throws UserError for a file that is damaged, or that asks for what is not done
   */
  open(path: string, openShard: (path: string) => Promise<WeightFile>): Promise<WeightFile>;
}
