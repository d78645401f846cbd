import { closest } from 'fastest-levenshtein';
import type { CheckpointName, Program } from '../../dsl/program.ts';
import type { ParameterInfo } from '../../dsl/tensor.ts';
import { UserError } from '../artifact/user-error.ts';
import type { SafetensorsFile } from './safetensors.ts';

/** Where one parameter's values come from: a tensor of a weight file. */
export interface WeightSource {
  readonly file: SafetensorsFile;
  readonly name: string;
}

type NamedParameters = Pick<Program, 'parameters' | 'aliases' | 'checkpointNames'>;

/**
 * Finds every parameter in the weight files, under its own name, an alias, or another project's spelling.
 *
 * @param seedMissing leave parameters that no file holds to their initialisers instead of refusing
 * @throws UserError that lists all missing, unexpected and mis-shaped tensors at once
 */
export function matchWeights(
  program: NamedParameters,
  files: readonly SafetensorsFile[],
  seedMissing = false,
): ReadonlyMap<string, WeightSource> {
  const sources = new Map<string, WeightSource>();
  const used = new Map(files.map((file) => [file, new Set<string>()]));
  const missing: string[] = [];
  const misshaped: string[] = [];
  for (const [name, parameter] of program.parameters) {
    const candidates = spellings(program, name);
    let found = false;
    for (const file of files) {
      for (const candidate of candidates) {
        if (!file.has(candidate)) continue;
        // A tied weight may be stored under each of its names: all of them are accounted for, the first is read.
        used.get(file)?.add(candidate);
        if (found) continue;
        found = true;
        const problem = shapeProblem(parameter, file.tensor(candidate).shape);
        if (problem === undefined) sources.set(name, { file, name: candidate });
        else misshaped.push(`${candidate}: ${problem}`);
      }
    }
    if (!found) missing.push(name);
  }
  const unused = files.flatMap((file) => file.names.filter((name) => !used.get(file)?.has(name)));
  const complaints = [
    ...list('missing', seedMissing ? [] : missing, unused),
    ...list('unexpected', unused, missing),
    ...list('of another shape', misshaped, []),
  ];
  if (complaints.length > 0) {
    const paths = [...new Set(files.map((file) => file.path))].join(', ');
    throw new UserError(`The weights in ${paths} do not fit the model:\n${complaints.join('\n')}`);
  }
  return sources;
}

/**
 * Every name that a parameter may have in a file, the model's own first. Rules apply to each other's results, so that
 * one may rename a prefix and another a member.
 */
export function spellings(program: NamedParameters, name: string): readonly string[] {
  const aliases = [...program.aliases].filter(([, target]) => target === name).map(([alias]) => alias);
  const found = new Set([name, ...aliases]);
  // A set is walked in the order of insertion, entries that are added on the way included.
  for (const spelling of found) {
    for (const rule of program.checkpointNames) {
      const other = translate(rule, spelling);
      if (other !== undefined) found.add(other);
    }
  }
  return [...found];
}

function translate({ ours, theirs }: CheckpointName, name: string): string | undefined {
  const match = patternOf(ours).exec(name);
  if (match === null) return undefined;
  let capture = 1;
  return theirs.replaceAll('*', () => match[capture++] ?? '');
}

const patterns = new Map<string, RegExp>();

/** A rule is asked about every parameter of a model; its pattern is made once. */
function patternOf(ours: string): RegExp {
  let pattern = patterns.get(ours);
  if (pattern === undefined) {
    pattern = new RegExp(`^${ours.split('*').map(escapeForPattern).join('(.*?)')}$`);
    patterns.set(ours, pattern);
  }
  return pattern;
}

function escapeForPattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function shapeProblem(parameter: ParameterInfo, found: readonly number[]): string | undefined {
  const expected = parameter.shape;
  // PyTorch stores a lone gate as [1] in one release and as a scalar in another: the value is the same.
  const singles = (shape: readonly number[]) => shape.every((size) => size === 1);
  if (singles(expected) && singles(found)) return undefined;
  if (expected.length === found.length && expected.every((size, axis) => size === found[axis]))
    return undefined;
  return `the model has [${expected.join(', ')}], the file [${found.join(', ')}]`;
}

function list(what: string, names: readonly string[], others: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const lines = names.map(
    (name) => `    ${name}${others.length === 0 ? '' : ` (nearest: ${closest(name, [...others])})`}`,
  );
  return [`  ${names.length} ${what}:`, ...lines];
}
