import { basename, join } from 'node:path';
import { closest, distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { UserError } from '../../../artifact/user-error.ts';
import { readJson } from '../../../compiler/checkpoints/model-folder.ts';

/** The name of the file that makes a folder a golden reference. */
export const CASE_FILE = 'case.json';

const id = z.int('a token id, a whole number from 0').min(0, 'a token id, a whole number from 0');
const ids = z.array(id, 'a list of token ids');
const picture = z
  .int('the number of a picture, from 0')
  .min(0, 'the number of a picture, from 0')
  .max(2 ** 31, 'the number of a picture, from 0');
const words = z.array(z.string('a word of a command line'), 'the words of a command line, as a list');

const common = {
  kind: z.string('a text').nullish(),
  transformers: z.string('a text').nullish(),
  note: z.string('a text').nullish(),
  compile: words.min(1, 'the words after `flamingo compile`, as a list'),
};

const outputs = z.object(
  {
    ...common,
    refusal: z.null('null, or a regular expression that the refusal is to match').optional(),
    prompts: z
      .array(ids.min(1, 'a list of token ids, at least one'), 'a list of prompts')
      .min(1, 'at least one prompt'),
    images: z.array(z.array(picture, 'a list of pictures'), 'a list with the pictures of each prompt'),
    frames: z
      .int('how many frames a picture has, from 1')
      .min(1, 'how many frames a picture has, from 1')
      .nullish(),
    steps: z.array(ids, 'a list of steps, each with a token for every prompt'),
    beams: z
      .int('how many beams are searched, from 2')
      .min(2, 'how many beams are searched, from 2')
      .max(256, 'how many beams are searched, at most 256')
      .nullish(),
    special: z.strictObject(
      {
        image: id.optional(),
        endOfChunk: id.nullish(),
        padding: id.optional(),
        beginning: id.nullish(),
        end: id.nullish(),
        endOfDocument: id.optional(),
        eosTokens: ids.optional(),
        suppressedTokens: ids.optional(),
      },
      'an object of special tokens and their ids',
    ),
    cli: z
      .object(
        { args: words, text: z.string('the text that is to be answered') },
        'an object of args and text',
      )
      .nullish(),
  },
  'an object',
);

const refused = z.looseObject({
  ...common,
  refusal: z
    .string('null, or a regular expression that the refusal is to match')
    .min(1, 'a regular expression'),
});

/** How a case is compiled, and what of it is compared. */
export interface CaseFile {
  readonly folder: string;
  readonly name: string;
  /** The words after `flamingo compile`; paths start at the folder. */
  readonly compile: readonly string[];
  /** Given where the right outcome is that the model is not compiled: what the refusal is to match. */
  readonly refusal: RegExp | null;
  /** Undefined where a refusal is expected. */
  readonly outputs?: CaseOutputs;
  /** What was found in the file and is not compared, a sentence each. */
  readonly notes: readonly string[];
}

/** What `case.json` says of a model that is to be compiled and compared. */
export type CaseOutputs = Omit<z.infer<typeof outputs>, 'compile' | 'refusal'>;

/** Options of `flamingo compile` that a verification sets itself. */
const OWN_OPTIONS = ['--out', '--force', '--json', '--fusion'];

/**
 * Reads `case.json` of a folder.
 *
 * @throws UserError with a sentence for each mistake
 */
export async function readCaseFile(folder: string): Promise<CaseFile> {
  const path = join(folder, CASE_FILE);
  const json = await readJson(path);
  if (json === undefined)
    throw new UserError(`${path} does not exist; give the folder of a golden reference.`);
  const isRefusal = typeof json === 'object' && json !== null && 'refusal' in json && json.refusal !== null;
  const name = basename(folder);
  if (isRefusal && json.refusal !== undefined) {
    const { compile, refusal } = parse(refused, json, path);
    checkCompile(compile, path);
    return { folder, name, compile, refusal: pattern(refusal, path), notes: [] };
  }
  const { compile, refusal: _none, ...rest } = parse(outputs, json, path);
  checkCompile(compile, path);
  checkRows(rest, path);
  return { folder, name, compile, refusal: null, outputs: rest, notes: unknownFields(json, path) };
}

function parse<S extends z.ZodType>(schema: S, json: unknown, path: string): z.infer<S> {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const sentences = result.error.issues.slice(0, MOST_MISTAKES).map((issue) => {
    const place = issue.path.length === 0 ? 'it' : issue.path.join('.');
    if (issue.code === 'unrecognized_keys') {
      const keys = issue.keys.map((key) => `${place}.${key}`).join(', ');
      return `${path}: ${keys} is not known; known are ${Object.keys(outputs.shape.special.shape).join(', ')}.`;
    }
    const found = issue.path.reduce<unknown>((value, key) => memberOf(value, key), json);
    const shown = found === undefined ? 'missing' : shorten(JSON.stringify(found));
    return `${path}: ${place} is ${shown}, but ${issue.message} was expected.`;
  });
  throw new UserError(sentences.join('\n'));
}

/** Mistakes that are told at once. */
const MOST_MISTAKES = 8;

function memberOf(value: unknown, key: PropertyKey): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([name]) => name === String(key))?.[1];
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function pattern(source: string, path: string): RegExp {
  try {
    return new RegExp(source);
  } catch {
    throw new UserError(
      `${path}: refusal is ${shorten(JSON.stringify(source))}, but a regular expression was expected.`,
    );
  }
}

function checkCompile(compile: readonly string[], path: string): void {
  const own = compile.find((word) =>
    OWN_OPTIONS.some((option) => word === option || word.startsWith(`${option}=`)),
  );
  if (own === undefined) return;
  throw new UserError(`${path}: compile has ${own}, which flamingo verify sets itself; leave it out.`);
}

/** What belongs to each prompt must be there as often as there are prompts. */
function checkRows({ prompts, images, steps }: CaseOutputs, path: string): void {
  if (images.length !== prompts.length) {
    throw new UserError(
      `${path}: images has ${images.length} lists for ${prompts.length} prompts; give one for each, empty for a prompt without pictures.`,
    );
  }
  for (const [step, tokens] of steps.entries()) {
    if (tokens.length !== prompts.length) {
      throw new UserError(
        `${path}: steps.${step} has ${tokens.length} tokens for ${prompts.length} prompts; give one for each.`,
      );
    }
  }
}

/**
 * Fields that nothing here reads are for people; one whose name is nearly that of another is a slip of the pen, and
 * what it was to say would not be compared.
 */
function unknownFields(json: unknown, path: string): string[] {
  const known = Object.keys(outputs.shape);
  const unknown = Object.keys(Object(json)).filter((key) => !known.includes(key));
  return unknown.map((key) => {
    const nearest = closest(key, known);
    if (distance(key.toLowerCase(), nearest.toLowerCase()) <= 2)
      throw new UserError(`${path}: ${key} is not known; ${nearest} may be meant.`);
    return `${path}: ${key} is not compared.`;
  });
}
