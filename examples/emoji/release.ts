import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSafetensors, writeSafetensors } from '../../artifact/weights/safetensors.ts';
import { storageAs } from '../../compiler/weights/store/weight-storage.ts';
import model from '../../models/emoji/emoji.ts';

/*
 * Puts the trained model's weights into models/emoji, in float16 and without what training alone needs, and beside this
 * file of each stage's run the loss, as a picture and every twentieth step. Run: npx tsx examples/emoji/release.ts [FOLDER OF THE RUNS]
 */

/** The runs in their order; the last has the whole model. */
const STAGES = [
  'emoji-vision-small',
  'emoji-vision',
  'emoji-language-first',
  'emoji-language',
  'emoji-language-blurred',
  'emoji-naming',
  'emoji-naming-apart',
  'emoji',
] as const;
const EVERY = 20;

const [runs = 'runs'] = process.argv.slice(2);
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const trained = await openSafetensors(join(runs, 'emoji', 'weights.safetensors'));
const { bytes } = await writeSafetensors(
  here('../../models/emoji/weights.safetensors'),
  [...model.parameters].map(([name, parameter]) => ({
    ...{ name, dtype: 'float16' as const, shape: parameter.shape },
    data: { pieces: () => storageAs(parameter, 'float16').convert(trained.float32Pieces(name)) },
  })),
);
process.stdout.write(`weights.safetensors: ${(bytes / 1e6).toFixed(1)} MB\n`);

await mkdir(here('training'), { recursive: true });
for (const stage of STAGES) {
  const lines = (await readFile(join(runs, stage, 'metrics.jsonl'), 'utf8')).trimEnd().split('\n');
  const kept = lines.filter((line) => {
    const record: { readonly kind: string; readonly step: number } = JSON.parse(line);
    return record.kind !== 'train' || record.step % EVERY === 0;
  });
  await writeFile(here(`training/${stage}.jsonl`), `${kept.join('\n')}\n`);
  await copyFile(join(runs, stage, 'loss.svg'), here(`training/${stage}.svg`));
}
