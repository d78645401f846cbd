import { z } from 'zod';
import { LIMITS } from '../../../dsl/limits.ts';
import { parseSection } from '../component.ts';
import { type TokenModel, UnknownText } from './model.ts';
import { SortedTokens } from './sorted-tokens.ts';
import { byteIds } from './vocabulary.ts';

const schema = z.strictObject({
  type: z.string().optional(),
  vocab: z.unknown(),
  unk_id: z.int().nonnegative().nullish(),
  byte_fallback: z.boolean().nullish(),
});

/** How much less likely an unknown character is than the least likely token. */
const UNKNOWN_PENALTY = 10;

/** SentencePiece's unigram language model: of all ways to part a word the likeliest. */
export function readUnigram(section: unknown): TokenModel {
  const options = parseSection(schema, section, 'model');
  const { tokens, scores } = readPieces(options.vocab);
  const unknown = options.unk_id ?? undefined;
  if (unknown !== undefined && unknown >= tokens.length)
    throw new Error(`its unk_id is ${unknown}, but its model has ${tokens.length} tokens`);
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const sorted = new SortedTokens(ids);
  const unknownScore = scores.reduce((least, score) => Math.min(least, score), Infinity) - UNKNOWN_PENALTY;

  /** The pieces of the likeliest way; unknown characters beside each other are one piece. */
  const likeliest = (word: string): string[] => {
    const best = new Float64Array(word.length + 1);
    const from = new Int32Array(word.length + 1).fill(-1);
    const idAt = new Int32Array(word.length + 1);
    const offer = (start: number, end: number, id: number, score: number) => {
      const total = (best[start] ?? 0) + score;
      if (from[end] !== -1 && total <= (best[end] ?? 0)) return;
      best[end] = total;
      from[end] = start;
      idAt[end] = id;
    };
    let start = 0;
    while (start < word.length) {
      const next = start + ((word.codePointAt(start) ?? 0) > 0xffff ? 2 : 1);
      let single = false;
      for (const [end, id] of sorted.prefixesAt(word, start)) {
        offer(start, end, id, scores[id] ?? 0);
        if (end === next) single = true;
      }
      if (!single) {
        if (unknown === undefined) throw new UnknownText(word);
        offer(start, next, unknown, unknownScore);
      }
      start = next;
    }
    const pieces: string[] = [];
    let unknownEnd: number | undefined;
    let end = word.length;
    while (end > 0) {
      const begin = from[end] ?? 0;
      if (idAt[end] === unknown) {
        unknownEnd ??= end;
      } else {
        if (unknownEnd !== undefined) pieces.push(word.slice(end, unknownEnd));
        unknownEnd = undefined;
        pieces.push(word.slice(begin, end));
      }
      end = begin;
    }
    if (unknownEnd !== undefined) pieces.push(word.slice(0, unknownEnd));
    return pieces.reverse();
  };
  const idsOf = (piece: string): readonly number[] => {
    const id = ids.get(piece);
    if (id !== undefined) return [id];
    const bytes = options.byte_fallback === true ? byteIds(piece, ids) : undefined;
    if (bytes !== undefined) return bytes;
    if (unknown === undefined) throw new UnknownText(piece);
    return [unknown];
  };
  return { ids, tokens, unknown, encode: (word) => likeliest(word).flatMap(idsOf) };
}

/** A list, in the order of the ids, of pairs of a token and its log-probability. */
function readPieces(vocab: unknown): { readonly tokens: string[]; readonly scores: Float64Array } {
  if (!Array.isArray(vocab))
    throw new Error('its model has no "vocab" that is a list of pairs of token and score');
  if (vocab.length > LIMITS.tokenId.most)
    throw new Error(`its model has ${vocab.length} tokens, of ${LIMITS.tokenId.most} at most`);
  const scores = new Float64Array(vocab.length);
  const tokens = vocab.map((pair: unknown, id) => {
    const [token, score]: readonly unknown[] = Array.isArray(pair) && pair.length === 2 ? pair : [];
    if (typeof token !== 'string' || typeof score !== 'number')
      throw new Error(`entry ${id} of its model's "vocab" is no pair of token and score`);
    scores[id] = score;
    return token;
  });
  return { tokens, scores };
}
