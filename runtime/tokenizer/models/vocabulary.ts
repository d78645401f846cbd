import { LIMITS } from '../../../dsl/limits.ts';

/**
 * Reads a map of tokens to ids. It may have hundreds of thousands of entries, so it is gone through only once, by its keys:
 * a pair for each entry takes twice as long.
 *
 * @throws Error for an id that is no whole number from 0 to the limit
 */
export function readVocabulary(vocab: unknown): ReadonlyMap<string, number> {
  if (!isMap(vocab)) throw new Error('its model has no "vocab" that is a map of tokens to ids');
  const ids = new Map<string, number>();
  for (const token of Object.keys(vocab)) ids.set(token, checkedId(vocab[token], token));
  return ids;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws Error for an id that is no whole number from 0 to the limit */
export function checkedId(id: unknown, token: string): number {
  if (typeof id === 'number' && Number.isInteger(id) && id >= 0 && id <= LIMITS.tokenId.most) return id;
  throw new Error(
    `its token ${JSON.stringify(token.slice(0, 40))} has the id ${JSON.stringify(id)?.slice(0, 40)}, and ids are whole numbers from 0 to ${LIMITS.tokenId.most}`,
  );
}

/** The name of each byte among a vocabulary's tokens, as SentencePiece has it: `<0x0A>`. */
const BYTE_TOKENS = Array.from(
  { length: 256 },
  (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
);

const encoder = new TextEncoder();

/** The ids of a text's bytes; undefined where one of them has none. */
export function byteIds(text: string, ids: ReadonlyMap<string, number>): number[] | undefined {
  const found: number[] = [];
  for (const byte of encoder.encode(text)) {
    const id = ids.get(BYTE_TOKENS[byte] ?? '');
    if (id === undefined) return undefined;
    found.push(id);
  }
  return found;
}
