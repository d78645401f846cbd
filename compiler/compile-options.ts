import { closest, distance } from 'fastest-levenshtein';
import { UserError } from '../artifact/user-error.ts';
import { isOfKind, shownValue } from '../dsl/options/option-kinds.ts';
import { PRECISIONS } from '../dsl/precision.ts';
import { isProgram } from '../dsl/program/is-program.ts';
import type { BuildOptions } from './build-program.ts';
import type { CompiledGraph } from './compile-graph.ts';
import type { Extensions } from './extensions.ts';

export interface CompileOptions extends BuildOptions, Pick<Extensions, 'weightFormats'> {
  /** The artifact's folder; made whole or not at all. */
  readonly out: string;
  /** Where the program came from, for the record: the author's file. Default: the program's name. */
  readonly source?: string;
  /** The `tokenizer.json` that goes with a model that answers prompts: its path, or its content. */
  readonly tokenizer?: string | Uint8Array;
  /**
   * Weight files, indices of shards, or folders (`openWeights`); of several that hold a weight the last one counts.
   * Default none, and the weights are drawn from the seed. `'none'` compiles the graphs alone.
   */
  readonly weights?: readonly string[] | 'none';
  /**
   * Write every weight into the artifact, checking that it is a finite number. Default: weights of up to 256 MiB. Of
   * more, those that the graphs can read where they are stay in the checkpoint's own files: these are put into the
   * artifact as clones where the disk can (Btrfs, XFS, APFS), else as hard links, and only a sample of them is read. An
   * artifact of hard links refuses to answer when the checkpoint has been written to, and Python's onnx refuses it.
   */
  readonly copyWeights?: boolean | undefined;
  /** Draw weights that the files do not hold from the seed, instead of refusing. Default false. */
  readonly seedMissing?: boolean;
  /** Default 0. */
  readonly seed?: number;
  /** Replace an artifact that is already there. Default false. */
  readonly replace?: boolean;
  /** Called with each graph as it was compiled, and with what every pass and fusion rule did to it. */
  readonly onGraph?: (name: string, graph: CompiledGraph) => void;
  /** Called while weights are written, with elements done and in all. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Called with what was left aside, resolved or copied, a sentence each. */
  readonly onNote?: (note: string) => void;
}

/** What an option may be, in the words of its refusal, and how it is told. */
interface Kind {
  readonly words: string;
  is(value: unknown): boolean;
}

const ofKind = (words: Parameters<typeof isOfKind>[1]): Kind => ({
  words,
  is: (value) => isOfKind(value, words),
});
const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (words: string): Kind => ({
  words: `a list of ${words}`,
  is: (value) => Array.isArray(value) && value.every(isObject),
});
const TEXT = ofKind('a text');
const SWITCH = ofKind('true or false');
/** Which number, its own sentence says. */
const NUMBER = ofKind('a number');
const FUNCTION: Kind = { words: 'a function', is: (value) => typeof value === 'function' };

const KINDS: Readonly<Record<keyof CompileOptions, Kind>> = {
  out: { words: 'the path of a folder', is: (value) => typeof value === 'string' && value !== '' },
  source: TEXT,
  tokenizer: {
    words: 'the path of a tokenizer.json or its bytes (Buffer.from(JSON.stringify(…)))',
    is: (value) => (typeof value === 'string' && value !== '') || value instanceof Uint8Array,
  },
  weights: {
    words: "a list of paths or 'none'",
    is: (value) => value === 'none' || isOfKind(value, 'a list of texts'),
  },
  copyWeights: SWITCH,
  seedMissing: SWITCH,
  seed: NUMBER,
  replace: SWITCH,
  onGraph: FUNCTION,
  onProgress: FUNCTION,
  onNote: FUNCTION,
  nameOf: FUNCTION,
  target: {
    words: "a target's name or a target",
    is: (value) => typeof value === 'string' || isObject(value),
  },
  fusion: SWITCH,
  precision: {
    words: PRECISIONS.join(' or '),
    is: (value) => PRECISIONS.some((each) => each === value),
  },
  marks: SWITCH,
  blockwise: {
    words: "a Set of weights' names or 'all'",
    is: (value) => value === 'all' || (value instanceof Set && isOfKind([...value], 'a list of texts')),
  },
  stages: NUMBER,
  staticCache: NUMBER,
  generation: SWITCH,
  explain: TEXT,
  targets: listOf('targets'),
  operators: listOf('operators'),
  rules: listOf('fusion rules'),
  ways: listOf('ways of media'),
  weightFormats: listOf('weight formats'),
};

/** Letters by which a name that is no option's is one that was misspelt. */
const MISSPELT = 2;

/**
 * Refuses what `compile` is given by a program whose types are off. Further names are nothing to it, as what
 * `openCheckpoint` returns is passed on whole, but for those that are nearly an option's.
 *
 * @throws UserError
 */
export function refuseOtherOptions(program: unknown, options: unknown): void {
  if (!isProgram(program))
    throw new UserError(
      `compile: the program must be what flamingo(…), languageModel(…) or graph(…) return, but it is ${shownValue(program)}.`,
    );
  if (!isObject(options))
    throw new UserError(`compile: the options must be an object, but they are ${shownValue(options)}.`);
  const { out, ...others } = { out: undefined, ...Object(options) };
  refuseOther('out', out);
  for (const [name, value] of Object.entries(others)) if (value !== undefined) refuseOther(name, value);
}

function refuseOther(name: string, value: unknown): void {
  const kind = new Map(Object.entries(KINDS)).get(name);
  if (kind === undefined) {
    const near = closest(name, Object.keys(KINDS));
    if (distance(name, near) <= MISSPELT)
      throw new UserError(`compile: there is no option '${name}'; did you mean '${near}'?`);
  } else if (!kind.is(value)) {
    throw new UserError(`compile: ${name} must be ${kind.words}, but it is ${shownValue(value)}.`);
  }
}
