/** Sizes of a batch of texts with pictures between. */
export type Interleaved = {
  readonly rows: number;
  readonly text: number;
  readonly pictures: number;
  /** The token that stands for a picture, and the largest of all. */
  readonly imageToken: number;
};

/** [rows, text] tokens, with an image token at the beginning of as many equal parts of each text as there are pictures. */
export function interleavedTokens({ rows, text, pictures, imageToken }: Interleaved): BigInt64Array {
  return BigInt64Array.from({ length: rows * text }, (_, place) =>
    BigInt(place % (text / pictures) === 0 ? imageToken : (place * 37) % imageToken),
  );
}
