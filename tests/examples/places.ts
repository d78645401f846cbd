import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSafetensors, type SafetensorsFile } from '../../artifact/weights/safetensors.ts';

export const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));
export const TOKENIZER = fileURLToPath(new URL('../../models/tokenizers/byte-level.json', import.meta.url));
const REFERENCES = fileURLToPath(new URL('../references/examples/', import.meta.url));

/** Examples that are the making of a model, from this repository's own parts: data, recipe, evaluation. */
export const MAKINGS: readonly string[] = ['emoji', 'stroop'];

/** Weights of an example in its original's names, and what the original made of its inputs. */
export const weightsOf = (name: string): string => join(REFERENCES, `${name}.weights.safetensors`);
export const expectedOf = (name: string): Promise<SafetensorsFile> =>
  openSafetensors(join(REFERENCES, `${name}.expected.safetensors`));
