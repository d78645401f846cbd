import { dirname, join } from 'node:path';
import pLimit from 'p-limit';
import { z } from 'zod';
import { isFileName } from '../../../../artifact/folder/is-file-name.ts';
import { parseJson } from '../../../../artifact/parse-json.ts';
import { plain, quoted } from '../../../../artifact/quoted.ts';
import { readRegularFile } from '../../../../artifact/read-regular-file.ts';
import { UserError } from '../../../../artifact/user-error.ts';
import type { WeightFile } from '../../../../artifact/weights/weight-file.ts';
import { LIMITS } from '../../../../dsl/limits.ts';
import type { WeightFormat } from '../format.ts';
import { joinedWeights } from '../joined-weights.ts';

/** `model.safetensors.index.json` and `pytorch_model.bin.index.json`: which file has which tensor. */
const indexSchema = z.looseObject({ weight_map: z.record(z.string(), z.string()) });

/** Of the file systems in use. */
const LONGEST_FILE_NAME = 255;

/** Files are opened a few at a time. */
const AT_ONCE = 8;

export const format: WeightFormat = {
  name: "an index of Hugging Face's shards",
  namesOthers: true,
  recognises: (start) => /^\s*\{/.test(Buffer.from(start).toString('latin1')),
  async open(path, openShard) {
    const map = await readIndex(path);
    const files = [...new Set(map.values())].sort();
    if (files.length > LIMITS.shards.most) {
      throw new UserError(
        `${path} names ${files.length} shards, but at most ${LIMITS.shards.most} are read; download it again.`,
      );
    }
    const limit = pLimit(AT_ONCE);
    const shards = new Map(
      await Promise.all(
        files.map((file) => limit(async () => [file, await openNamed(path, file, openShard)] as const)),
      ),
    );
    for (const [name, file] of map) {
      if (shards.get(file)?.has(name) !== true) {
        throw new UserError(
          `${path} says that ${plain(file)} has the tensor ${quoted(name)}, which it does not have; download both again.`,
        );
      }
    }
    return joinedWeights(path, [...shards.values()]);
  },
};

async function readIndex(path: string): Promise<ReadonlyMap<string, string>> {
  let parsed: unknown;
  const text = (await readRegularFile(path, LIMITS.weightIndex)).toString('utf8');
  try {
    parsed = parseJson(text, path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path} is not JSON; give a weight file, an index of shards, or their folder.`);
  }
  const result = indexSchema.safeParse(parsed);
  if (!result.success) {
    throw new UserError(
      `${path} is JSON, but no index of shards, as it has no "weight_map" of tensors and their files; give a weight file, an index of shards, or their folder.`,
    );
  }
  const map = new Map(Object.entries(result.data.weight_map));
  if (map.size === 0) throw new UserError(`${path} names no tensors; download it again.`);
  if (map.size > LIMITS.shardedTensors.most) {
    throw new UserError(
      `${path} names ${map.size} tensors, but at most ${LIMITS.shardedTensors.most} are read; download it again.`,
    );
  }
  return map;
}

async function openNamed(
  index: string,
  file: string,
  openShard: (path: string) => Promise<WeightFile>,
): Promise<WeightFile> {
  if (file.length > LONGEST_FILE_NAME || !isFileName(file)) {
    throw new UserError(`${index} names the shard '${plain(file)}', which is not a file of its own folder.`);
  }
  const path = join(dirname(index), file);
  try {
    return await openShard(path);
  } catch (error) {
    if (error instanceof UserError && error.message === `${path} does not exist.`) {
      throw new UserError(
        `${index} names the shard ${plain(file)}, which is not beside it; download the missing file.`,
      );
    }
    throw error;
  }
}
