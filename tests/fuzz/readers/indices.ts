import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openWeights } from '../../../compiler/weights/read/open-weights.ts';
import type { FuzzReader } from '../fuzz-reader.ts';
import { mutateJson } from '../mutate-json.ts';

const FOLDER = 'tests/references/idefics-instruct';

/** Indices of shards, with their shards beside them. */
export const reader: FuzzReader = {
  name: 'indices',
  async prepare(folder) {
    const name = 'model.safetensors.index.json';
    const shards = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
    for (const shard of shards) cpSync(join(FOLDER, shard), join(folder, shard));
    const whole = readFileSync(join(FOLDER, name));
    const small = { weight_map: { a: shards[0], b: shards[1], c: name, d: '..', e: 'a\0b', f: '.' } };
    const texts = [whole.toString(), JSON.stringify(small)];
    const path = join(folder, name);
    return {
      seeds: [whole],
      make: (random) => mutateJson(random, random.once(2) ? texts : texts.slice(1)),
      async read(file) {
        writeFileSync(path, file);
        const opened = await openWeights(path);
        for (const name of opened.names.slice(0, 3)) opened.tensor(name);
      },
    };
  },
};
