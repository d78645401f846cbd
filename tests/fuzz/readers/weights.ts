import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openWeights } from '../../../compiler/weights/read/open-weights.ts';
import { plainZip } from '../../weights/plain-zip.ts';
import type { FuzzReader } from '../fuzz-reader.ts';
import { mutateBytes } from '../mutate-bytes.ts';
import { mutateJson } from '../mutate-json.ts';
import { checkpointPickles } from '../pickles.ts';
import type { Random } from '../random.ts';

const FOLDER = 'tests/references/checkpoints';
/** Larger files would only be slower: what is read of them is their headers. */
const LARGEST = 64 * 2 ** 10;

/** Safetensors and PyTorch files: headers, and the values of their first tensors. */
export const reader: FuzzReader = {
  name: 'weights',
  async prepare(folder) {
    const seeds = readdirSync(FOLDER)
      .filter((name) => /\.(pt|safetensors)$/.test(name))
      .map((name) => readFileSync(join(FOLDER, name)))
      .filter(({ length }) => length <= LARGEST);
    const safetensors = seeds.filter((seed) => seed[8] === '{'.charCodeAt(0));
    const pickles = await checkpointPickles();
    const path = join(folder, 'weights');
    return {
      seeds,
      make(random) {
        const kind = random.below(3);
        if (kind === 0) return withOtherHeader(random, safetensors);
        if (kind === 1) return archive(random, pickles);
        return mutateBytes(random, seeds);
      },
      async read(file) {
        writeFileSync(path, file);
        const opened = await openWeights(path);
        for (const name of opened.names.slice(0, 3)) {
          opened.tensor(name);
          await opened.readFloat32(name);
        }
      },
    };
  },
};

/** A safetensors file whose header says something else. */
function withOtherHeader(random: Random, files: readonly Buffer[]): Buffer {
  const file = random.pick(files);
  const length = Number(file.readBigUInt64LE());
  const header = mutateJson(random, [file.toString('utf8', 8, 8 + length)]);
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([prefix, header, file.subarray(8 + length)]);
}

/** A zip file around a damaged pickle. */
function archive(random: Random, pickles: readonly Uint8Array[]): Buffer {
  const data = Object.fromEntries(
    Array.from({ length: random.below(6) }, (_, key) => [
      `archive/data/${key}`,
      Buffer.alloc(random.length(4096)),
    ]),
  );
  const zip = plainZip({ 'archive/data.pkl': mutateBytes(random, pickles), ...data });
  return random.once(4) ? mutateBytes(random, [zip]) : zip;
}
