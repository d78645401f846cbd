import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { parseSection } from '../component.ts';
import { type Merges, mergeAll, mergeOf, pairOf } from './merge.ts';
import type { TokenModel } from './model.ts';
import { byteIds, readVocabulary } from './vocabulary.ts';

const schema = z.strictObject({
  type: z.string().optional(),
  vocab: z.unknown(),
  merges: z.unknown(),
  /** Only training has any. */
  dropout: z
    .number()
    .nullish()
    .refine((dropout) => !dropout, 'a dropout, which makes ids random, is not done'),
  unk_token: z.string().nullish(),
  continuing_subword_prefix: z.string().nullish(),
  end_of_word_suffix: z.string().nullish(),
  fuse_unk: z.boolean().nullish(),
  byte_fallback: z.boolean().nullish(),
  ignore_merges: z.boolean().nullish(),
});

/** Words whose ids are kept: most of a text is words that it has had before. */
const KEPT = { words: 10_000, longest: 256 };

/**
 * Byte-pair encoding: a word's characters, of which the pair that was joined first in training is joined first. A
 * character without a token is its bytes with `byte_fallback`, else `unk_token`, else nothing.
 */
export function readBpe(section: unknown): TokenModel {
  const options = parseSection(schema, section, 'model');
  const prefix = options.continuing_subword_prefix ?? '';
  const suffix = options.end_of_word_suffix ?? '';
  const ids = readVocabulary(options.vocab);
  const merges = readMerges(options.merges, ids, prefix);
  const unknown = options.unk_token ?? undefined;
  const unknownId = unknown === undefined ? undefined : ids.get(unknown);
  if (unknown !== undefined && unknownId === undefined)
    throw new Error(`its model's unk_token '${unknown}' is not in the vocabulary`);

  const charactersOf = (word: string): number[] => {
    const letters = [...word];
    const found: number[] = [];
    let unknowns = 0;
    const takeUnknowns = () => {
      if (unknownId !== undefined) for (; unknowns > 0; unknowns--) found.push(unknownId);
    };
    for (const [index, letter] of letters.entries()) {
      const text = (index > 0 ? prefix : '') + letter + (index === letters.length - 1 ? suffix : '');
      const id = ids.get(text);
      const bytes = id === undefined && options.byte_fallback === true ? byteIds(text, ids) : undefined;
      if (id !== undefined) {
        takeUnknowns();
        found.push(id);
      } else if (bytes !== undefined) {
        // Where not every byte has a token, the last unknown character comes after the bytes: so it is there.
        found.push(...bytes);
      } else {
        if (options.fuse_unk !== true) takeUnknowns();
        unknowns = 1;
      }
    }
    takeUnknowns();
    return found;
  };
  const kept = new LRUCache<string, readonly number[]>({ max: KEPT.words });
  return {
    ids,
    unknown: unknownId,
    encode(word) {
      const whole = options.ignore_merges === true ? ids.get(word) : undefined;
      if (whole !== undefined) return [whole];
      const known = kept.get(word);
      if (known !== undefined) return known;
      const merged = mergeAll(charactersOf(word), merges);
      if (word.length < KEPT.longest) kept.set(word, merged);
      return merged;
    },
  };
}

/** Pairs as lists of two, or as texts with a space between, which older files have. */
function readMerges(listed: unknown, ids: ReadonlyMap<string, number>, prefix: string): Merges {
  if (!Array.isArray(listed)) throw new Error('its model has no "merges" that is a list');
  const merges: Merges = new Map();
  const idOf = (token: string): number => {
    const id = ids.get(token);
    if (id === undefined)
      throw new Error(`its model merges to or from '${token.slice(0, 40)}', which is not in the vocabulary`);
    return id;
  };
  let rank = 0;
  for (const pair of listed) {
    if (typeof pair === 'string' && pair.startsWith('#version')) continue;
    const [left, right, more]: readonly unknown[] =
      typeof pair === 'string' ? pair.split(' ') : Array.isArray(pair) ? pair : [];
    if (typeof left !== 'string' || typeof right !== 'string' || more !== undefined)
      throw new Error(`entry ${rank} of its model's "merges" is no pair of tokens`);
    merges.set(pairOf(idOf(left), idOf(right)), mergeOf(rank, idOf(left + right.slice(prefix.length))));
    rank += 1;
  }
  return merges;
}
