import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BENCHMARKS } from '../../../runtime/evaluate/benchmark/benchmark-registry.ts';
import { loadItems } from '../../../runtime/evaluate/benchmark/run/load-items.ts';
import { dataSetOf } from '../../evaluate/benchmark/data-sets.ts';
import type { FuzzReader } from '../fuzz-reader.ts';
import { mutateBytes } from '../mutate-bytes.ts';
import { mutateJson } from '../mutate-json.ts';

/** A file of each kind: JSON, JSON by line, comma-separated values; lists, objects, and files that refer to each other. */
const FILES = [
  ['coco', 'test', 'dataset_coco.json'],
  ['vqav2', 'val', 'v2_mscoco_val2014_annotations.json'],
  ['visdial', 'val', 'visdial_1.0_val.json'],
  ['youcook2', 'validation', 'annotations/youcookii_annotations_trainval.json'],
  ['vl-icl', 'open_mi', 'open_mi/query.json'],
  ['hateful-memes', 'test_seen', 'test_seen.jsonl'],
  ['nextqa', 'test', 'test.csv'],
  ['rareact', 'test', 'rareact.csv'],
] as const;

/** Files of annotations of benchmarks; the first byte of one says which of them it is. */
export const reader: FuzzReader = {
  name: 'benchmarks',
  async prepare(folder) {
    const whole: Buffer[] = [];
    for (const [place, [name, , file]] of FILES.entries()) {
      await (await dataSetOf(name)).write(join(folder, name));
      whole.push(Buffer.concat([Buffer.of(place), readFileSync(join(folder, name, file))]));
    }
    return {
      seeds: whole,
      make(random) {
        const place = random.below(FILES.length);
        const own = whole[place]?.subarray(1) ?? Buffer.of();
        const isJson = FILES[place]?.[2].endsWith('.json') ?? false;
        const made =
          isJson && !random.once(4) ? mutateJson(random, [own.toString()]) : mutateBytes(random, [own]);
        return Buffer.concat([Buffer.of(place), made]);
      },
      async read(file) {
        const [name, split, path] = FILES[(file[0] ?? 0) % FILES.length] ?? FILES[0];
        writeFileSync(join(folder, name, path), file.subarray(1));
        const benchmark = BENCHMARKS.find((each) => each.name === name);
        if (benchmark === undefined) throw new Error(`there is no benchmark ${name}`);
        await loadItems(benchmark, {
          ...{ folder: join(folder, name), split, count: undefined, salt: '', look: false },
          leftOut() {},
        });
      },
    };
  },
};
