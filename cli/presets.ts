import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isOfKind } from '../compiler/frontend/load-author-file.ts';
import type { Program } from '../dsl/program.ts';

/** A model of this package that the command line knows by name, with what it ships. */
export interface Preset {
  readonly name: string;
  readonly program: Program;
  /** The files that ship with it; undefined where there are none, and its weights are the user's to give. */
  readonly weights: string | undefined;
  readonly tokenizer: string | undefined;
}

const models = fileURLToPath(new URL('../models', import.meta.url));
/** TypeScript in a clone, JavaScript as published. */
const ending = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

/** The presets' names, each of which is a file in `models/presets`. */
export async function presetNames(): Promise<readonly string[]> {
  const files = await readdir(join(models, 'presets'));
  return files.filter((file) => file.endsWith(ending)).map((file) => basename(file, ending));
}

/** The preset of a name; undefined when there is none. Its weights and tokenizer lie in `models/<name>`. */
export async function findPreset(name: string): Promise<Preset | undefined> {
  // A name only: whatever else it is, it is a path, and so a model file.
  if (!(await presetNames()).includes(name)) return undefined;
  const file = join(models, 'presets', name + ending);
  const { default: program }: { readonly default?: unknown } = await import(pathToFileURL(file).href);
  if (!isProgram(program)) throw new Error(`the preset ${file} exports no model`);
  const shipped = (own: string) => {
    const path = join(models, name, own);
    return existsSync(path) ? path : undefined;
  };
  return {
    name,
    program,
    weights: shipped('weights.safetensors'),
    tokenizer: shipped('tokenizer.json'),
  };
}

function isProgram(value: unknown): value is Program {
  return isOfKind(value, 'program');
}
