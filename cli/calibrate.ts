import { join, resolve } from 'node:path';
import { amendManifest } from '../artifact/folder/artifact-folder.ts';
import { makePartialFolder } from '../artifact/folder/partial-folder.ts';
import type { Calibration, Manifest } from '../artifact/manifest.ts';
import type { Provider } from '../artifact/provider.ts';
import { UserError } from '../artifact/user-error.ts';
import type { CompileOptions } from '../compiler/compile.ts';
import type { Program } from '../dsl/program/program.ts';
import type { Predictor } from '../runtime/calibrate/compare-predictions.ts';
import type { TaskPrompt } from '../runtime/evaluate/task.ts';
import type { Report } from './report.ts';

/** Prompts to compare precisions on, read before anything is compiled. */
export interface CalibrationPrompts {
  readonly file: string;
  readonly prompts: readonly TaskPrompt[];
}

/** @throws UserError for a file that cannot be read or has no prompt that can be used */
export async function readCalibrationPrompts(
  file: string,
  report: Report,
  signal: AbortSignal,
): Promise<CalibrationPrompts> {
  const { readPrompts } = await import('../runtime/evaluate/read-tasks.ts');
  const { tasks, problems } = await readPrompts(file, { signal });
  for (const { message } of problems) report.note(message);
  if (tasks.length === 0) {
    throw new UserError(
      `${file} has no prompt that can be used: write one a line, as {"image": "cat.png", "text": "Output: a cat"}; see 'flamingo evaluate --help'.`,
    );
  }
  return { file, prompts: tasks };
}

const ROW_PRODUCT = 'com.microsoft.MatMulIntegerToFloat';
/** The divergence from float32, in nats, above which int8 is tried in its other form. */
const COARSE = 0.02;
/** What the other form's is to be of it, as it is slower. */
const WORTH = 0.5;

/**
 * Compiles the model once more in float32, compares what it and the artifact predict, and records the result in the
 * artifact's manifest. Where int8 with one scale a row diverges by much, since a few values of a row outweigh the
 * others in what is computed, the model is compiled with scales for every few numbers, too, and replaces the artifact
 * if that diverges half as much or less. The reference lies beside the artifact, on the same disk, so that checkpoints can be linked,
 * and goes when it is no longer needed.
 *
 * @param options those that the artifact was compiled with
 */
export async function calibrate(
  program: Program,
  manifest: Manifest,
  options: CompileOptions,
  { file, prompts }: CalibrationPrompts,
  { report, signal }: { readonly report: Report; readonly signal: AbortSignal },
): Promise<Manifest> {
  const [{ compile }, { Engine }, { comparePredictions }, { modulesOf }] = await Promise.all([
    import('../compiler/compile.ts'),
    import('../runtime/worker/engine.ts'),
    import('../runtime/calibrate/compare-predictions.ts'),
    import('../runtime/media/own-ways.ts'),
  ]);
  await using folder = await makePartialFolder(resolve(options.out));
  const progress = report.progress('calibrating');
  try {
    const out = join(folder.path, 'float32');
    await compile(program, {
      ...options,
      ...{ out, target: 'cpu', precision: 'float32', marks: false, onNote: () => {} },
    });
    const ways = modulesOf(options.ways ?? []);
    const open = (directory: string, provider: Provider) =>
      Engine.open({ directory, verify: false, imageMemory: 64 * 2 ** 20, provider, ways });
    await using reference = await open(out, 'cpu');
    await using model = await open(options.out, manifest.provider);
    const compare = (each: Predictor) =>
      comparePredictions(reference, each, prompts, {
        signal,
        onProgress: (done, total) => progress.update(done, total),
      });
    const found = await compare(model);
    if (found.divergence > COARSE && hasRows(manifest)) {
      const inBlocks = { ...options, blockwise: 'all' as const, onNote: () => {} };
      const blocks = join(folder.path, 'blocks');
      await compile(program, { ...inBlocks, out: blocks });
      await using other = await open(blocks, manifest.provider);
      const better = await compare(other);
      if (better.divergence <= WORTH * found.divergence) {
        const replaced = await compile(program, { ...inBlocks, replace: true });
        report.note(
          `int8 with one scale a row diverges from float32 by ${found.divergence.toPrecision(3)} nats on ${file}, with a scale for every few numbers by ${better.divergence.toPrecision(3)}: the model is kept so, which is slower.`,
        );
        return await record(options.out, replaced, { file, ...better });
      }
    }
    return await record(options.out, manifest, { file, ...found });
  } finally {
    progress.stop();
  }
}

/** Whether some product is of int8 with one scale a row. */
function hasRows({ graphs }: Manifest): boolean {
  return Object.values(graphs).some(({ operators }) => ROW_PRODUCT in operators.after);
}

async function record(directory: string, manifest: Manifest, calibration: Calibration): Promise<Manifest> {
  const calibrated = { ...manifest, precision: { ...manifest.precision, calibration } };
  await amendManifest(directory, manifest, calibrated);
  return calibrated;
}
