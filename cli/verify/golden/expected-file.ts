import { join } from 'node:path';
import { UserError } from '../../../artifact/user-error.ts';
import { openSafetensors, type SafetensorsFile } from '../../../artifact/weights/safetensors.ts';
import { storesFloats } from '../../../artifact/weights/stored-dtype.ts';
import type { GoldenBeams, GoldenPrompt, GoldenReference } from '../../../runtime/golden/golden-reference.ts';
import type { CaseOutputs } from './case-file.ts';

const EXPECTED_FILE = 'expected.safetensors';

/** Beams that the original searched with, where `case.json` does not say: as OpenFlamingo evaluates. */
const BEAMS = 3;

/** The tensors that are read; any other name is a mistake. */
const KNOWN = /^(pixels|greedy|logits\.\d+|beam\.\d+\.(tokens|scores))$/;

/**
 * What the original gave, by `expected.safetensors` of a case's folder.
 *
 * @throws UserError for a file that is missing or damaged, or a tensor that is missing, unknown, or of another shape
 *   than `case.json` says
 */
export async function readExpected(folder: string, given: CaseOutputs): Promise<GoldenReference> {
  const file = await openSafetensors(join(folder, EXPECTED_FILE));
  const unknown = file.names.find((name) => !KNOWN.test(name) || isOfNoPrompt(name, given.prompts.length));
  if (unknown !== undefined) {
    throw new UserError(
      `${file.path} has the unknown tensor ${unknown}; known are pixels, logits.N, greedy, beam.N.tokens and beam.N.scores for the prompts N from 0 to ${given.prompts.length - 1}.`,
    );
  }
  const frames = given.frames ?? 1;
  const shows = given.images.some((shown) => shown.length > 0);
  const pictures = shows || file.has('pixels') ? await readPictures(file, frames) : [];
  const prompts: GoldenPrompt[] = [];
  for (const [row, tokens] of given.prompts.entries()) {
    const shown = given.images[row] ?? [];
    const absent = shown.find((index) => index >= pictures.length);
    if (absent !== undefined)
      throw new UserError(
        `${file.path}: pixels has ${pictures.length} pictures, but prompt ${row} sees picture ${absent}.`,
      );
    const places = tokens.length + given.steps.length;
    const logProbabilities = await floatRows(
      file,
      `logits.${row}`,
      places,
      'a row for each token of the prompt and each step',
    );
    prompts.push({ tokens, pictures: shown, logProbabilities });
  }
  const greedy = file.has('greedy')
    ? await tokenRows(file, 'greedy', given.prompts.length, 'a row for each prompt')
    : undefined;
  return {
    prompts,
    steps: given.steps,
    pictures,
    frames,
    special: given.special,
    ...(greedy && { greedy }),
    beams: await readBeams(file, given),
  };
}

function isOfNoPrompt(name: string, prompts: number): boolean {
  const row = /\.(\d+)/.exec(name)?.[1];
  return row !== undefined && Number(row) >= prompts;
}

async function readBeams(file: SafetensorsFile, given: CaseOutputs): Promise<GoldenBeams[]> {
  const width = given.beams ?? BEAMS;
  const all: GoldenBeams[] = [];
  for (const prompt of given.prompts.keys()) {
    const [name, scoresName] = [`beam.${prompt}.tokens`, `beam.${prompt}.scores`];
    if (!file.has(name) && !file.has(scoresName)) continue;
    const rows = await tokenRows(file, name);
    const scores = await floats(file, scoresName);
    if (scores.length !== rows.length || rows.length > width) {
      throw new UserError(
        `${file.path}: ${name} has ${rows.length} answers and ${scoresName} ${scores.length} scores, but as many of both, at most ${width}, were expected.`,
      );
    }
    const answers = rows.map((tokens, index) => ({ tokens, score: scores[index] ?? Number.NaN }));
    all.push({ prompt, width, answers });
  }
  return all;
}

async function readPictures(file: SafetensorsFile, frames: number): Promise<Float32Array[]> {
  const { shape } = required(file, 'pixels', true);
  const [count = 0, ...rest] = shape;
  const withoutFrames = frames === 1 && rest.length === 3;
  const [ofFrames, channels] = withoutFrames ? [1, rest[0]] : rest;
  if (ofFrames !== frames || channels !== 3 || (!withoutFrames && rest.length !== 4)) {
    throw new UserError(
      `${file.path}: pixels is [${shape.join(', ')}], but [pictures, ${frames === 1 ? '' : `${frames}, `}3, size, size] was expected.`,
    );
  }
  const values = await floats(file, 'pixels');
  const each = values.length / Math.max(1, count);
  return Array.from({ length: count }, (_, index) => values.subarray(index * each, (index + 1) * each));
}

async function floatRows(
  file: SafetensorsFile,
  name: string,
  rows: number,
  what: string,
): Promise<Float32Array[]> {
  const { shape } = required(file, name, true);
  const columns = matrix(file, name, shape, rows, what);
  const values = await floats(file, name);
  return Array.from({ length: rows }, (_, row) => values.subarray(row * columns, (row + 1) * columns));
}

async function tokenRows(
  file: SafetensorsFile,
  name: string,
  rows?: number,
  what = 'rows of tokens',
): Promise<number[][]> {
  const { shape } = required(file, name, false);
  const columns = matrix(file, name, shape, rows, what);
  const values = Array.from(await file.read(name), Number);
  return Array.from({ length: shape[0] ?? 0 }, (_, row) => values.slice(row * columns, (row + 1) * columns));
}

/** @returns how many columns a matrix of so many rows has */
function matrix(
  file: SafetensorsFile,
  name: string,
  shape: readonly number[],
  rows: number | undefined,
  what: string,
): number {
  const [found = 0, columns = 0] = shape;
  if (shape.length === 2 && columns > 0 && found === (rows ?? found)) return columns;
  const expected = rows === undefined ? what : `[${rows}, …], ${what},`;
  throw new UserError(`${file.path}: ${name} is [${shape.join(', ')}], but ${expected} was expected.`);
}

/** Finite values only: with others nothing can be compared. */
async function floats(file: SafetensorsFile, name: string): Promise<Float32Array> {
  required(file, name, true);
  const values = await file.readFloat32(name);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return values;
  throw new UserError(
    `${file.path}: value ${bad} of ${name} is ${values[bad]}, with which nothing can be compared.`,
  );
}

function required(
  file: SafetensorsFile,
  name: string,
  isFloat: boolean,
): { readonly shape: readonly number[] } {
  if (!file.has(name)) throw new UserError(`${file.path} lacks the tensor ${name}.`);
  const tensor = file.tensor(name);
  if (storesFloats(tensor.dtype) !== isFloat)
    throw new UserError(
      `${file.path}: ${name} is ${tensor.dtype}, but ${isFloat ? 'floats' : 'integers'} were expected.`,
    );
  return tensor;
}
