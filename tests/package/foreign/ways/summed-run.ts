import {
  type EncodedMedia,
  runMediaWay,
  type SeenMedia,
  Tensor,
  type TextLayout,
} from 'flamingo-onnx/runtime';
import { summed } from './summed.ts';

export default runMediaWay(summed, ({ dim }, { special }) => {
  /** @param vectorAt the vector of a sequence's token at a place, or none */
  const feedsOf = (
    { batch, text, sequences }: TextLayout,
    vectors: readonly EncodedMedia[],
    vectorAt: (row: number, place: number) => number | undefined,
  ) => {
    const data = new Float32Array(Math.max(1, vectors.length) * dim);
    for (const [index, { vector }] of vectors.entries()) data.set(vector?.data ?? [], index * dim);
    const vectorOf = new BigInt64Array(batch * text);
    const hasVector = new Float32Array(batch * text);
    for (const [row, { tokens, first }] of sequences.entries()) {
      for (const place of tokens.keys()) {
        const vector = vectorAt(row, place);
        if (vector === undefined) continue;
        vectorOf[first + place] = BigInt(vector);
        hasVector[first + place] = 1;
      }
    }
    return {
      vectors: new Tensor('float32', data, [Math.max(1, vectors.length), dim]),
      vector_of: new Tensor('int64', vectorOf, [batch, text]),
      has_vector: new Tensor('float32', hasVector, [batch, text]),
    };
  };
  const seenOf = (vectors: readonly EncodedMedia[], rows: readonly (number | undefined)[]): SeenMedia => ({
    feeds: (layout) => feedsOf(layout, vectors, (row) => rows[row]),
    select: (order) =>
      seenOf(
        vectors,
        order.map((row) => rows[row]),
      ),
  });
  return {
    keeps: ['vector'],
    features: undefined,
    leastTokens: 1,
    tokensOf: () => 1,
    prefill(layout, media) {
      let next = 0;
      const lastAt = layout.sequences.map(({ tokens }) => {
        let last: number | undefined;
        return tokens.map((token) => {
          if (token === special.image) last = next++;
          return last;
        });
      });
      const vectors = media.flat();
      return {
        feeds: feedsOf(layout, vectors, (row, place) => lastAt[row]?.[place]),
        seen: seenOf(
          vectors,
          lastAt.map((each) => each.at(-1)),
        ),
      };
    },
  };
});
