import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const models = fileURLToPath(new URL('../models', import.meta.url));

/** What lies in `models/<name>` for a preset; undefined where it ships without, and they are the user's to give. */
export interface ShippedFiles {
  readonly weights: string | undefined;
  readonly tokenizer: string | undefined;
}

/** The files that ship with a preset. Its program is not loaded for that: an answer of a compiled model needs none. */
export function shippedFiles(name: string): ShippedFiles {
  const shipped = (own: string) => {
    const path = join(models, name, own);
    return existsSync(path) ? path : undefined;
  };
  return { weights: shipped('weights.safetensors'), tokenizer: shipped('tokenizer.json') };
}
