import { type Reader, readComponent } from '../component.ts';
import type { TimeLimit } from '../time-limit.ts';
import { readBpe } from './bpe.ts';
import type { TokenModel } from './model.ts';
import { readUnigram } from './unigram.ts';
import { readWordLevel } from './word-level.ts';
import { readWordPiece } from './word-piece.ts';

/** By "type". */
const READERS: ReadonlyMap<string, Reader<TokenModel>> = new Map([
  ['BPE', readBpe],
  ['Unigram', readUnigram],
  ['WordLevel', readWordLevel],
  ['WordPiece', readWordPiece],
]);

/** @throws Error for a model that is not known or malformed */
export function readModel(section: unknown, runsWithin: TimeLimit): TokenModel {
  if (typeof section !== 'object' || section === null) throw new Error('it has no "model"');
  const typed = 'type' in section ? section : { type: typeOf(section), ...section };
  return readComponent('model', READERS, typed, runsWithin);
}

/** Files before 0.9 have no "type": what else they say tells. */
function typeOf(section: object): string {
  if ('vocab' in section && Array.isArray(section.vocab)) return 'Unigram';
  if ('merges' in section) return 'BPE';
  return 'continuing_subword_prefix' in section ? 'WordPiece' : 'WordLevel';
}
