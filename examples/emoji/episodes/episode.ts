import type { Random } from '../random.ts';
import type { Lexicon } from './lexicon.ts';

/** Pictures and the text that belongs to them: an example of an interleaved prompt, or its question and answer. */
export interface Chunk {
  /** Places in the lexicon's list of emoji; `<image>` stands for each, before the text. */
  readonly pictures: readonly number[];
  /** Text before the answer, not learnt; often none. */
  readonly prefix: string;
  readonly answer: string;
  /** Whether the answer follows from the pictures and what comes before, so that there is something to learn. */
  readonly learnt: boolean;
}

/** A kind of episode: chunks of one row, in which the earlier ones tell how to answer in the later ones. */
export interface EpisodeKind {
  readonly kind: string;
  /** How often it is made, against the others. */
  readonly weight: number;
  /** @param pictures the most that it may show */
  make(lexicon: Lexicon, random: Random, pictures: number): readonly Chunk[];
}
