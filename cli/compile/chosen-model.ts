import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { CheckpointModel } from '../../compiler/checkpoints/checkpoint-model.ts';
import type { Extensions } from '../../compiler/extensions.ts';
import type { Program } from '../../dsl/program/program.ts';
import { findPreset, PRESET_NAMES } from '../presets.ts';
import type { Report } from '../report.ts';
import { WrongUse } from '../wrong-use.ts';
import type { CompileFlags } from './flags.ts';
import { checkedTokenizer, chosenTokenizer } from './tokenizer.ts';

/** A program and what it is compiled with. */
export interface ChosenModel {
  readonly program: Program;
  /** Where it came from, for the manifest. */
  readonly source: string;
  /** A path, or the file's content; undefined for a program that reads no text. */
  readonly tokenizer: string | Uint8Array | undefined;
  readonly weights: readonly string[] | 'none';
}

/**
 * The model that a command line names: a preset, a model file, a folder of Hugging Face's that holds a whole model, or
 * an OpenFlamingo by its parts.
 *
 * @throws WrongUse for options that do not go together
 */
export async function chosenModel(
  model: string | undefined,
  flags: CompileFlags,
  extensions: Extensions,
  report: Report,
): Promise<ChosenModel> {
  const weights = chosenWeights(flags.weights);
  if (model === undefined) return openFlamingo(flags, extensions, report);
  const folder = await isFolder(model);
  const { openFlamingo: checkpoint, vision, language, every, name } = flags;
  const stray = Object.entries({
    '--open-flamingo': checkpoint,
    '--vision': vision,
    '--language': language,
    '--every': every,
    '--name': folder ? undefined : name,
  }).find(([, value]) => value !== undefined);
  if (stray !== undefined)
    throw new WrongUse(
      `${stray[0]} does not go with a model ${folder ? 'folder' : 'file'}, which says it itself; leave out one of them.`,
    );
  if (folder) return modelFolder(model, flags, extensions, report);
  return (await preset(model, weights, flags, report)) ?? modelFile(model, weights, flags, report);
}

function chosenWeights(files: readonly string[] = []): readonly string[] | 'none' {
  if (!files.includes('none')) return files;
  if (files.length > 1) throw new WrongUse('--weights none goes with no other --weights.');
  return 'none';
}

function isLoaded(weights: ChosenModel['weights']): boolean {
  return weights !== 'none' && weights.length > 0;
}

/** A preset's name is no folder, unless there is one of that name with a model in it. */
async function isFolder(model: string): Promise<boolean> {
  const status = await stat(model).catch(() => undefined);
  if (status?.isDirectory() !== true) return false;
  return existsSync(join(model, 'config.json')) || !PRESET_NAMES.includes(model);
}

/** A whole model in a folder of Hugging Face's. */
async function modelFolder(
  folder: string,
  { name, weights, tokenizer }: CompileFlags,
  extensions: Extensions,
  report: Report,
): Promise<ChosenModel> {
  if (weights !== undefined && weights.join() !== 'none')
    throw new WrongUse('--weights does not go with a model folder, which has them; leave it out.');
  const { openCheckpoint } = await import('../../compiler/checkpoints/open-checkpoint.ts');
  const made = await openCheckpoint(folder, {
    ...extensions,
    ...(tokenizer !== undefined && { tokenizer }),
    ...(name !== undefined && { name }),
  });
  return checkpointModel(made, { source: folder, tokenizer: tokenizer ?? folder, weights }, report);
}

/** A preset by name, with the weights and the tokenizer that ship with it where none are given. */
async function preset(
  name: string,
  weights: ChosenModel['weights'],
  flags: CompileFlags,
  report: Report,
): Promise<ChosenModel | undefined> {
  const found = await findPreset(name);
  if (found === undefined) return undefined;
  const { program } = found;
  const shipped = found.weights === undefined ? [] : [found.weights];
  const chosen = flags.weights === undefined ? shipped : weights;
  const given = flags.tokenizer ?? found.tokenizer;
  const tokenizer = await chosenTokenizer(name, { given, loaded: isLoaded(chosen) }, program, report);
  return {
    program,
    source: `flamingo-onnx preset ${name}`,
    tokenizer,
    weights: chosen,
  };
}

/** An author's model file, which is type-checked first. */
async function modelFile(
  path: string,
  weights: ChosenModel['weights'],
  flags: CompileFlags,
  report: Report,
): Promise<ChosenModel> {
  const { loadModel } = await import('../../compiler/frontend/load-model.ts');
  const program = await loadModel(path, flags.export === undefined ? {} : { exportName: flags.export });
  const tokenizer = await chosenTokenizer(
    path,
    { given: flags.tokenizer, loaded: isLoaded(weights) },
    program,
    report,
  );
  return { program, source: relative(process.cwd(), resolve(path)), tokenizer, weights };
}

/** An OpenFlamingo from its checkpoint and the folders of its frozen parts, without a model file. */
async function openFlamingo(
  { openFlamingo: checkpoint, vision, language, every, name, weights, tokenizer }: CompileFlags,
  extensions: Extensions,
  report: Report,
): Promise<ChosenModel> {
  if (checkpoint === undefined || vision === undefined || language === undefined) {
    throw new WrongUse(
      'Give a model file, the name of a preset or a model folder, or an OpenFlamingo by all of --open-flamingo CHECKPOINT, --vision DIR and --language DIR.',
    );
  }
  if (weights !== undefined && weights.join() !== 'none')
    throw new WrongUse(
      '--weights does not go with --open-flamingo, whose parts are its weights; leave it out.',
    );
  const { openCheckpoint } = await import('../../compiler/checkpoints/open-checkpoint.ts');
  const parts = { checkpoint, vision, language, ...(every !== undefined && { every }) };
  const made = await openCheckpoint(parts, {
    ...extensions,
    ...(tokenizer !== undefined && { tokenizer }),
    ...(name !== undefined && { name }),
  });
  return checkpointModel(made, { source: checkpoint, tokenizer: tokenizer ?? language, weights }, report);
}

/** A model made of a checkpoint, once its tokenizer is known to fit. */
async function checkpointModel(
  made: CheckpointModel,
  {
    source,
    tokenizer,
    weights,
  }: { readonly source: string; readonly tokenizer: string; readonly weights: CompileFlags['weights'] },
  report: Report,
): Promise<ChosenModel> {
  for (const note of made.notes) report.note(note);
  await checkedTokenizer(made, tokenizer);
  return {
    program: made.program,
    source,
    tokenizer: made.tokenizer,
    weights: weights === undefined ? made.weights : 'none',
  };
}
