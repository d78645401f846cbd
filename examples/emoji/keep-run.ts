import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openSafetensors, writeSafetensors } from '../../artifact/weights/safetensors.ts';
import { storageAs } from '../../compiler/weights/store/weight-storage.ts';
import type { VisionLanguageProgram } from '../../dsl/index.ts';

/**
 * Writes a trained model's weights in float16, without what training alone needs.
 *
 * @param run folder of the last stage, which has the whole model
 * @returns the file's size in bytes
 */
export async function keepWeights(model: VisionLanguageProgram, run: string, file: string): Promise<number> {
  const trained = await openSafetensors(join(run, 'weights.safetensors'));
  const { bytes } = await writeSafetensors(
    file,
    [...model.parameters].map(([name, parameter]) => ({
      ...{ name, dtype: 'float16' as const, shape: parameter.shape },
      data: { pieces: () => storageAs(parameter, 'float16').convert(trained.float32Pieces(name)) },
    })),
  );
  return bytes;
}

/** Writes a run's loss into a folder under its name, as a picture and a line for every so many steps. */
export async function keepLoss(run: string, folder: string, name: string, every: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const lines = (await readFile(join(run, 'metrics.jsonl'), 'utf8')).trimEnd().split('\n');
  const kept = lines.filter((line) => {
    const record: { readonly kind: string; readonly step: number } = JSON.parse(line);
    return record.kind !== 'train' || record.step % every === 0;
  });
  await writeFile(join(folder, `${name}.jsonl`), `${kept.join('\n')}\n`);
  await copyFile(join(run, 'loss.svg'), join(folder, `${name}.svg`));
}
