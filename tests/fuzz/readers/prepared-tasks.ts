import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSafetensors } from '../../../artifact/weights/safetensors.ts';
import { compile } from '../../../compiler/compile.ts';
import tiny from '../../../models/presets/tiny.ts';
import { Engine } from '../../../runtime/worker/engine.ts';
import { checkedText, taskDescription } from '../../../runtime/worker/task-description.ts';
import type { FuzzReader } from '../fuzz-reader.ts';
import { mutateBytes } from '../mutate-bytes.ts';
import { mutateJson } from '../mutate-json.ts';
import type { Random } from '../random.ts';

const ENTRY = 'flamingo-task';

/** Prepared tasks: bytes, headers, and descriptions that say something else with the checksum of what they say. */
export const reader: FuzzReader = {
  name: 'prepared-tasks',
  async prepare(folder) {
    const out = join(folder, 'artifact');
    await compile(tiny, { out, tokenizer: 'models/tokenizers/byte-level.json' });
    const engine = await Engine.open({ directory: out, verify: false, imageMemory: 0, threads: 1 });
    const image = join('tests', 'images', 'bicycle.png');
    const path = join(folder, 'a.task');
    const { task } = await engine.tasks.prepare({ shots: [{ image, text: 'a bicycle' }, { text: 'b' }] });
    await engine.tasks.save(task, path);
    engine.tasks.close(task);
    const whole = readFileSync(path);
    const length = Number(whole.readBigUInt64LE());
    const header = JSON.parse(whole.toString('utf8', 8, 8 + length));
    const file = await openSafetensors(path);
    const sums = new Map<string, string>();
    for (const name of file.names) {
      const { buffer, byteOffset, byteLength } = await file.read(name);
      sums.set(name, sha256(new Uint8Array(buffer, byteOffset, byteLength)));
    }
    const description = file.metadata.get(ENTRY) ?? '';

    const withHeader = (text: Uint8Array): Buffer => {
      const prefix = Buffer.alloc(8);
      prefix.writeBigUInt64LE(BigInt(text.length));
      return Buffer.concat([prefix, text, whole.subarray(8 + length)]);
    };
    const describedOtherwise = (random: Random): Buffer => {
      const text = mutateJson(random, [description]).toString('utf8');
      return withHeader(
        Buffer.from(JSON.stringify({ ...header, __metadata__: { [ENTRY]: withChecksum(text, sums) } })),
      );
    };
    return {
      seeds: [whole],
      make(random) {
        const kind = random.below(4);
        if (kind === 0) return mutateBytes(random, [whole]);
        if (kind === 1) return withHeader(mutateJson(random, [JSON.stringify(header)]));
        return describedOtherwise(random);
      },
      async read(bytes) {
        writeFileSync(path, bytes);
        const { task } = await engine.tasks.load(path);
        engine.tasks.close(task);
      },
    };
  },
};

/** The description with the checksum that belongs to it, where it is one. */
function withChecksum(text: string, sums: ReadonlyMap<string, string>): string {
  try {
    const { checksum: _, ...described } = taskDescription.parse(JSON.parse(text));
    return JSON.stringify({ ...described, checksum: sha256(checkedText(described, sums)) });
  } catch {
    return text;
  }
}

function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
