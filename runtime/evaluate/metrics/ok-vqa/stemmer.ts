import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { parseJson } from '../../../../artifact/parse-json.ts';
import { UserError } from '../../../../artifact/user-error.ts';
import { checkArgument } from '../../../arguments/check-argument.ts';
import * as schemas from '../../../arguments/schemas.ts';
import { MANUAL_STEMS } from './manual-stems.ts';
import { type TaggerModel, tagWords } from './perceptron-tagger.ts';
import { singularise } from './singularise.ts';
import { wordTokens } from './word-tokens.ts';

/** Stems an answer to a question of OK-VQA. */
export type OkVqaStemmer = (answer: string) => string;

const VERB_ENDINGS: readonly (readonly [ending: string, base: string])[] = [
  ['s', ''],
  ['ies', 'y'],
  ['es', 'e'],
  ['es', ''],
  ['ed', 'e'],
  ['ed', ''],
  ['ing', 'e'],
  ['ing', ''],
];

/** Verbs of WordNet, and their irregular forms. */
interface Verbs {
  readonly bases: ReadonlySet<string>;
  readonly exceptions: ReadonlyMap<string, readonly string[]>;
}

/**
 * Opens the stemmer that OK-VQA 1.1's answers went through, as OpenFlamingo has it (`ok_vqa_utils.py`), for a model's
 * answers before `vqaAccuracy`: words of a list get its stems, words in `-ing` the verb that WordNet has, plural nouns
 * their singular; tokens are joined by spaces. An answer is taken for one sentence, where the original looks for several.
 *
 * @param nltkData the folder `nltk_data` of NLTK, in which `corpora/wordnet` (unzipped) and
 * `taggers/averaged_perceptron_tagger_eng` are
 * @throws UserError where one of their files is missing or not as NLTK writes it
 */
export async function openOkVqaStemmer(nltkData: string): Promise<OkVqaStemmer> {
  checkArgument('the folder of NLTK', schemas.path, nltkData);
  const wordNet = (name: string) => read(nltkData, 'corpora/wordnet', name);
  const tagger = (name: string) =>
    read(nltkData, 'taggers/averaged_perceptron_tagger_eng', `averaged_perceptron_tagger_eng.${name}.json`);
  const verbs = parseVerbs(await wordNet('index.verb'), await wordNet('verb.exc'));
  const model: TaggerModel = {
    weights: parse('weights', WEIGHTS, await tagger('weights')),
    tagdict: parse('tagdict', z.record(z.string(), z.string()), await tagger('tagdict')),
    classes: parse('classes', z.array(z.string()).min(1), await tagger('classes')),
  };
  return (answer) => {
    const words = wordTokens(answer);
    const tags = tagWords(words, model);
    return words.map((word, index) => stemOf(word, tags[index] ?? '', verbs)).join(' ');
  };
}

const WEIGHTS = z.record(z.string(), z.record(z.string(), z.number()));

function stemOf(word: string, tag: string, verbs: Verbs): string {
  const manual = MANUAL_STEMS.get(word);
  if (manual !== undefined) return manual;
  if (word.endsWith('ing')) return baseOf(word, verbs);
  return tag === 'NNS' || tag === 'NNPS' ? singularise(word) : word;
}

/** The shortest base of a verb that WordNet has, or the word itself. */
function baseOf(word: string, { bases, exceptions }: Verbs): string {
  const regular = VERB_ENDINGS.filter(([ending]) => word.endsWith(ending)).map(
    ([ending, base]) => word.slice(0, word.length - ending.length) + base,
  );
  const found = [word, ...(exceptions.get(word) ?? regular)].filter((form) => bases.has(form));
  return found.length === 0 ? word : found.reduce((a, b) => (b.length < a.length ? b : a));
}

function parseVerbs(index: string, exceptions: string): Verbs {
  const lines = index.split('\n').filter((line) => line !== '' && !line.startsWith(' '));
  return {
    bases: new Set(lines.map((line) => line.slice(0, line.indexOf(' ')))),
    exceptions: new Map(
      exceptions
        .split('\n')
        .map((line) => line.trim().split(/\s+/))
        .map(([form = '', ...verbs]) => [form, verbs]),
    ),
  };
}

function parse<S extends z.ZodType>(what: string, schema: S, text: string): z.infer<S> {
  const name = `the tagger's ${what}`;
  const parsed = schema.safeParse(jsonOf(text, name));
  if (parsed.success) return parsed.data;
  throw new UserError(`${name} are not as NLTK writes them: pass the folder that nltk.download() made.`);
}

/** @returns undefined for what is no JSON */
function jsonOf(text: string, name: string): unknown {
  try {
    return parseJson(text, name);
  } catch (error) {
    if (error instanceof UserError) throw error;
    return undefined;
  }
}

async function read(folder: string, within: string, name: string): Promise<string> {
  const path = join(folder, within, name);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(
      `${path} cannot be read (${reason}): get it with NLTK's nltk.download('wordnet') and nltk.download('averaged_perceptron_tagger_eng'), and unzip what is zipped.`,
    );
  }
}
