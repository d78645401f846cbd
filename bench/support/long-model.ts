/** Where a hover is asked for in the text of `longModel`. */
export interface LongModel {
  readonly text: string;
  /** Offsets of names whose types are shapes, in their order. */
  readonly names: readonly number[];
}

/**
 * A model of about so many lines as an author writes one: blocks of many kinds, each with sizes that no other has, so that
 * the type checker can answer for none of them from another.
 *
 * @param imports the module that has the words of authors
 */
export function longModel(lines: number, imports: string): LongModel {
  const parts = [
    `import { add, attention, block, chunk, concat, einsum, gelu, input, layerNorm, linear, multiply, product, rearrange, softmax, transpose } from '${imports}';\n`,
  ];
  for (let n = 0; parts.join('').split('\n').length < lines; n++) parts.push(stretch(n));
  const text = parts.join('');
  return {
    text,
    names: [...text.matchAll(/const (?:shown\w+|\[key\d+)/g)].map(
      ({ index, 0: found }) => index + found.length - 1,
    ),
  };
}

function stretch(n: number): string {
  const heads = n + 2;
  const dim = heads * 16;
  return `
const attend${n} = block('Attend${n}', {
  sizes: ['dim', 'heads', 'headDim', 'inner'],
  requires: ['dim = heads*headDim'],
  takes: ['batch text dim', 'batch media inner'],
  gives: 'batch text dim',
  parts: ({ dim, heads, headDim, inner }) => ({
    norm: layerNorm(dim),
    query: linear(dim, product(heads, headDim)),
    both: linear(inner, product(2, heads, headDim)),
    out: linear(product(heads, headDim), dim),
  }),
  forward: ({ parts, sizes: { heads } }, x, media) => {
    const [key, value] = chunk(parts.both(media), 2);
    const { result } = attention(parts.query(parts.norm(x)), key, value, { heads });
    return add(x, parts.out(result));
  },
});

export function stretch${n}() {
  const x = input('x', 'float32', ['batch', 'text${n}', ${dim}]);
  const media = input('media', 'float32', ['batch', 'media${n}', ${dim + 8}]);
  const shown${n}a = attend${n}({ dim: ${dim}, heads: ${heads}, headDim: 16, inner: ${dim + 8} })(x, media);
  const [key${n}, value] = chunk(linear(${dim + 8}, ${2 * dim})(media), 2);
  const attended = attention(shown${n}a, key${n}, value, { heads: ${heads} }).result;
  const shown${n}b = gelu(linear(${dim}, ${4 * dim})(add(x, attended)));
  const split = rearrange(linear(${4 * dim}, ${dim})(shown${n}b), 'b t (h d) -> b h t d', { h: ${heads} });
  const shown${n}c = softmax(multiply(einsum('b h i d, b h j d -> b h i j', split, split), ${1 / dim}));
  const shown${n}d = concat([shown${n}c, transpose(shown${n}c, [0, 1, 3, 2])], 1);
  return shown${n}d;
}
`;
}
