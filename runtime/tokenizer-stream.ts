/** Turns ids that arrive one at a time into text. */
export type TextStream = {
  /** The text that has become certain with this id; '' while a character is incomplete. */
  push(id: number): string;
  /** The rest, when no more ids come: the bytes of an incomplete character as U+FFFD. */
  end(): string;
};

/** What a decoder writes for bytes that are not (or not yet) a character. */
const REPLACEMENT = '\ufffd';

/**
 * Text of ids as they arrive; the pieces joined are the text of all ids together. A character may be spread over
 * several ids (its UTF-8 bytes), and a decoder may treat the first id of a text differently (no space before it). So
 * the last piece's ids are decoded again with the new ones, and text that ends in U+FFFD waits for more ids.
 */
export function createTextStream(decode: (ids: readonly number[]) => string): TextStream {
  // Ids of the last piece, decoded again as context, then the ids that have not become text yet.
  let settled: number[] = [];
  let pending: number[] = [];
  const take = (): string => {
    const piece = decode([...settled, ...pending]).slice(decode(settled).length);
    settled = pending;
    pending = [];
    return piece;
  };
  return {
    push(id) {
      pending.push(id);
      const text = decode([...settled, ...pending]);
      return text.endsWith(REPLACEMENT) || text.length <= decode(settled).length ? '' : take();
    },
    end: () => (pending.length === 0 ? '' : take()),
  };
}
