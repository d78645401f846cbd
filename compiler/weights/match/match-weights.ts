import { UserError } from '../../../artifact/user-error.ts';
import { storesFloats } from '../../../artifact/weights/stored-dtype.ts';
import type { Rows, StoredTensor, WeightFile } from '../../../artifact/weights/weight-file.ts';
import type { Program } from '../../../dsl/program/program.ts';
import type { ParameterInfo } from '../../../dsl/tensor.ts';
import { refuseAdapterFactors } from './adapter-factor.ts';
import { type Spelling, spellings, unusedReason } from './checkpoint-names.ts';
import { nearestNames } from './nearest-names.ts';
import type { WeightCopy } from './weight-copies.ts';

/** Where one parameter's values come from: a tensor of a weight file, or some rows of one. */
export interface WeightSource {
  readonly file: WeightFile;
  readonly name: string;
  /**
   * Rows of the stored tensor's first axis that are the parameter; all of them when absent. Fewer than the parameter
   * has: its first rows; the others are drawn from the seed.
   */
  readonly rows?: Rows;
}

export interface MatchedWeights {
  /** By the parameter's name. */
  readonly sources: ReadonlyMap<string, WeightSource>;
  /** Parameters that no file holds; empty unless `seedMissing`. */
  readonly missing: readonly string[];
  /** What was left aside or resolved, a sentence each, to be shown to the user. */
  readonly notes: readonly string[];
  /** Weights that a file has under two names, whose values are yet to be compared (`compareCopies`). */
  readonly copies: readonly WeightCopy[];
}

export interface MatchOptions {
  /** Leave parameters (and rows) that no file holds to their initialisers instead of refusing. Default false. */
  readonly seedMissing?: boolean;
  /**
   * Tokens of the model. A weight with a row for each may come from a tensor with more rows, of which the first are
   * taken: language models round their vocabularies up. Default: no weight may.
   */
  readonly vocabulary?: number;
}

type NamedParameters = Pick<Program, 'aliases' | 'checkpointNames'> & {
  readonly parameters: ReadonlyMap<string, Pick<ParameterInfo, 'shape'>>;
};

/** A tensor that may be a parameter's. */
interface Candidate {
  readonly file: WeightFile;
  readonly spelling: Spelling;
  readonly problem?: string;
  readonly rows?: Rows;
  /** What was done to make it fit. */
  readonly note?: string;
}

/**
 * Finds every parameter in the weight files, under its own name, an alias, or another project's spelling. Where several
 * files hold a parameter the last one counts (a fine-tuned checkpoint given after the model it began from), as long as
 * its shape fits.
 *
 * @throws UserError that lists all missing, unexpected, mis-shaped and quantised tensors at once, and for the factors of
 *   an adapter that no parameter takes
 */
export function matchWeights(
  program: NamedParameters,
  files: readonly WeightFile[],
  options: MatchOptions = {},
): MatchedWeights {
  const sources = new Map<string, WeightSource>();
  const used = new Map(files.map((file) => [file, new Set<string>()]));
  const notes = files.flatMap((file) => file.notes);
  const missing: string[] = [];
  const misshaped: string[] = [];
  const quantised: string[] = [];
  const copies: WeightCopy[] = [];
  for (const [name, parameter] of program.parameters) {
    const candidates = candidatesFor(program, name, parameter, files, options);
    // A tied weight may be stored under each of its names: all of them are accounted for.
    for (const { file, spelling } of candidates) used.get(file)?.add(spelling.name);
    copies.push(...copiesAmong(candidates));
    const [chosen] = candidates.filter(({ problem }) => problem === undefined);
    const [first] = candidates;
    if (chosen !== undefined) {
      const { file, spelling, rows, note } = chosen;
      sources.set(name, { file, name: spelling.name, ...(rows && { rows }) });
      if (note !== undefined) notes.push(`${file.path}: ${note}.`);
    } else if (first !== undefined) {
      const { file, spelling, problem } = first;
      const list = storesFloats(file.tensor(spelling.name).dtype) ? misshaped : quantised;
      list.push(`${spelling.name}: ${problem}`);
    } else missing.push(name);
  }
  const unexpected = new Map<string, string>();
  for (const file of files) {
    const reasons = new Map<string, string[]>();
    for (const name of file.names) {
      if (used.get(file)?.has(name)) continue;
      const reason = unusedReason(program.checkpointNames, name);
      if (reason === undefined) unexpected.set(name, file.path);
      else reasons.set(reason, [...(reasons.get(reason) ?? []), name]);
    }
    for (const [reason, names] of reasons)
      notes.push(`${file.path}: ${describeNames(names)} left aside: ${reason}.`);
  }
  refuseAdapterFactors(unexpected);
  const complaints = [
    ...list('missing', options.seedMissing ? [] : missing, [...unexpected.keys()]),
    ...list(
      'unexpected',
      [...unexpected.keys()],
      missing.length > 0 ? missing : [...program.parameters.keys()],
    ),
    ...list('of another shape', misshaped, []),
    ...list('of whole numbers', quantised, []),
  ];
  if (complaints.length > 0) {
    const paths = [...new Set(files.map((file) => file.path))].join(', ');
    throw new UserError(`The weights in ${paths} do not fit the model:\n${complaints.join('\n')}`);
  }
  return { sources, missing, notes, copies };
}

/** Every tensor that has one of the parameter's names, the last file's first. */
function candidatesFor(
  program: NamedParameters,
  name: string,
  parameter: Pick<ParameterInfo, 'shape'>,
  files: readonly WeightFile[],
  options: MatchOptions,
): readonly Candidate[] {
  const names = spellings(program, name);
  return files.toReversed().flatMap((file) =>
    names
      .filter((spelling) => file.has(spelling.name))
      .map((spelling) => ({
        file,
        spelling,
        ...fitOf(parameter.shape, file.tensor(spelling.name), spelling, options),
      })),
  );
}

/** Several names of one file for the same weight; the first of them is the one that is read. */
function copiesAmong(candidates: readonly Candidate[]): WeightCopy[] {
  const whole = candidates.filter(({ spelling }) => spelling.part === undefined);
  return whole.flatMap(({ file, spelling }, index) => {
    const first = whole.find((each) => each.file === file);
    return first === undefined || first === whole[index]
      ? []
      : [{ file, name: first.spelling.name, copy: spelling.name }];
  });
}

/** Whether a stored tensor, or the part of it that a spelling names, has the parameter's shape. */
function fitOf(
  expected: readonly number[],
  { dtype, shape: stored }: Pick<StoredTensor, 'dtype' | 'shape'>,
  { name, part }: Spelling,
  { vocabulary, seedMissing = false }: MatchOptions,
): Pick<Candidate, 'problem' | 'rows' | 'note'> {
  if (!storesFloats(dtype))
    return { problem: `${dtype}, as quantised weights are; give the model in floats` };
  const [rows = 0, ...rest] = expected;
  const [storedRows = 0, ...storedRest] = stored;
  const sameRest = stored.length === expected.length && rest.every((size, axis) => size === storedRest[axis]);
  const needed = part === undefined ? expected : [rows * part.of, ...rest];
  const problem = `the model has [${needed.join(', ')}], the file [${stored.join(', ')}]`;
  if (part !== undefined) {
    return sameRest && storedRows === rows * part.of
      ? { rows: { first: part.index * rows, count: rows } }
      : { problem };
  }
  // An axis of one place moves no number: a lone gate is [1] in one release and a scalar in another, a class token
  // [dim] in CLIP and [1, 1, dim] in ViT.
  const withoutOnes = (shape: readonly number[]) => shape.filter((size) => size !== 1).join();
  if (withoutOnes(expected) === withoutOnes(stored)) return {};
  if (!sameRest || rows !== vocabulary) return { problem };
  if (storedRows > rows) {
    const note = `${name} has ${storedRows} rows for the model's ${rows} tokens; the first are taken`;
    return { rows: { first: 0, count: rows }, note };
  }
  if (seedMissing) {
    const note = `${name} has ${storedRows} rows for the model's ${rows} tokens; the last are drawn from the seed`;
    return { rows: { first: 0, count: storedRows }, note };
  }
  const grown = `tokens were added to the model: give the checkpoint with their embeddings too, or draw them with --seed-missing`;
  return { problem: `${problem} (${grown})` };
}

function list(what: string, names: readonly string[], others: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const nearest = nearestNames(names, others);
  const lines = names.map(
    (name) => `    ${name}${nearest.has(name) ? ` (nearest: ${nearest.get(name)})` : ''}`,
  );
  return [`  ${names.length} ${what}:`, ...lines];
}

function describeNames(names: readonly string[]): string {
  const [first] = names;
  return names.length === 1 ? `${first}` : `${names.length} tensors (${first}, …)`;
}
