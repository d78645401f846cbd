/** A stage of Swin (Liu et al. 2021, arXiv 2103.14030): attention within windows, which every second block shifts. */
import {
  add,
  attention,
  block,
  chunk,
  gelu,
  graph,
  layerNorm,
  linear,
  product,
  rearrange,
  relativePositionBias,
  repeat,
  roll,
  shiftedWindowMask,
} from 'flamingo-onnx/dsl';

const swinBlock = block('SwinBlock', {
  sizes: ['dim', 'heads', 'rows', 'columns', 'window'],
  requires: ['heads divides dim', 'window divides rows', 'window divides columns'],
  takes: ['images rows columns dim'],
  gives: 'images rows columns dim',
  parts: ({ dim, heads, window }, _options: { readonly shift: number }) => ({
    norm1: layerNorm(dim),
    attn: {
      qkv: linear(dim, product(3, dim)),
      proj: linear(dim, dim),
      bias: relativePositionBias({ heads, rows: window, columns: window }),
    },
    norm2: layerNorm(dim),
    mlp: { fc1: linear(dim, product(4, dim)), fc2: linear(product(4, dim), dim) },
  }),
  forward: ({ parts: { norm1, attn, norm2, mlp }, sizes, options: { shift } }, x) => {
    const { heads, rows, columns, window } = sizes;
    const [images] = x.shape;
    const windows = rearrange(
      roll(norm1(x), [-shift, -shift], [1, 2]),
      'images (down y) (across x) dim -> (images down across) (y x) dim',
      { y: window, x: window },
    );
    const [q, k, v] = chunk(attn.qkv(windows), 3);
    const mask = repeat(
      shiftedWindowMask({ rows, columns, window, shift }),
      'windows 1 query key -> (images windows) 1 query key',
      { images },
    );
    const { result } = attention(q, k, v, { heads, mask, bias: attn.bias() });
    const attended = rearrange(
      attn.proj(result),
      '(images down across) (y x) dim -> images (down y) (across x) dim',
      { images, down: rows / window, y: window },
    );
    const first = add(x, roll(attended, [shift, shift], [1, 2]));
    return add(first, mlp.fc2(gelu(mlp.fc1(norm2(first)))));
  },
});

const sizes = { dim: 24, heads: 3, rows: 8, columns: 12, window: 4 } as const;
const blocks = [0, 2].map((shift) => swinBlock({ ...sizes, shift }));

export default graph({
  name: 'swin',
  inputs: { x: { dtype: 'float32', shape: ['images', 8, 12, 24] } },
  parts: { blocks },
  outputs: ({ x }) => ({ y: blocks.reduce((x, block) => block(x), x) }),
  checkpointNames: [{ ours: '*.attn.bias.table', theirs: '*.attn.relative_position_bias_table' }],
});
