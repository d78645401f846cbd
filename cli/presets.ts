import { existsSync } from 'node:fs';
import { closest } from 'fastest-levenshtein';
import { UserError } from '../artifact/user-error.ts';
import { isProgram } from '../dsl/program/is-program.ts';
import type { Program } from '../dsl/program/program.ts';
import { PRESETS } from '../models/preset-registry.ts';
import { type ShippedFiles, shippedFiles } from './shipped-files.ts';

/** A model of this package that the command line knows by name, with what it ships. */
export interface Preset extends ShippedFiles {
  readonly name: string;
  readonly program: Program;
}

/** The presets' names, each of which is a file in `models/presets`. */
export const PRESET_NAMES: readonly string[] = Object.keys(PRESETS);

/**
 * The preset of a name; undefined when there is none. Its weights and tokenizer lie in `models/<name>`.
 *
 * @throws UserError for a word that is neither a preset nor a path, with the preset that is spelt nearest
 */
export async function findPreset(name: string): Promise<Preset | undefined> {
  // A name only: whatever else it is, it is a path, and so a model file.
  const load = Object.entries(PRESETS).find(([each]) => each === name)?.[1];
  if (load === undefined) {
    if (/^[\w-]+$/.test(name) && !existsSync(name)) {
      throw new UserError(
        `There is neither a file nor a preset ${name}; did you mean '${closest(name, [...PRESET_NAMES])}'? The presets are ${PRESET_NAMES.join(', ')}.`,
      );
    }
    return undefined;
  }
  const { default: program }: { readonly default?: unknown } = await load();
  if (!isProgram(program)) throw new Error(`the preset ${name} exports no model`);
  return { name, program, ...shippedFiles(name) };
}
