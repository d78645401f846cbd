/** ConvNeXt (Liu et al. 2022, arXiv 2201.03545), a convolutional encoder, as the eyes of a Flamingo. */
import {
  add,
  block,
  conv2dLayer,
  flamingo,
  gelu,
  graph,
  layerNorm,
  linear,
  multiply,
  opt,
  parameter,
  product,
  rearrange,
  type VisionEncoder,
} from 'flamingo-onnx';

const CHANNELS_FIRST = 'images height width dim -> images dim height width';
const CHANNELS_LAST = 'images dim height width -> images height width dim';
const norm = <const Dim extends number>(dim: Dim) => layerNorm(dim, { epsilon: 1e-6 });

const convNextBlock = block('ConvNextBlock', {
  sizes: ['dim'],
  takes: ['images height width dim'],
  gives: 'images height width dim',
  parts: ({ dim }) => ({
    conv_dw: conv2dLayer(dim, dim, { kernel: 7, padding: 3, groups: dim }),
    norm: norm(dim),
    mlp: { fc1: linear(dim, product(4, dim)), fc2: linear(product(4, dim), dim) },
    gamma: parameter([dim], { kind: 'constant', value: 1e-6 }),
  }),
  forward: ({ parts: { conv_dw, norm, mlp, gamma } }, x) => {
    const around = conv_dw(rearrange(x, CHANNELS_FIRST));
    return add(x, multiply(gamma, mlp.fc2(gelu(mlp.fc1(norm(rearrange(around, CHANNELS_LAST)))))));
  },
});

/** Halves height and width, then mixes. */
const stage = block('Stage', {
  sizes: ['from', 'dim'],
  takes: ['images height width from'],
  gives: 'images rows columns dim',
  parts: ({ from, dim }, { depth }: { readonly depth: number }) => ({
    downsample: [norm(from), conv2dLayer(from, dim, { kernel: 2, stride: 2 })] as const,
    blocks: Array.from({ length: depth }, () => convNextBlock({ dim })),
  }),
  forward: ({ parts: { downsample, blocks } }, x) => {
    const [norm, halve] = downsample;
    const small = rearrange(halve(rearrange(norm(x), CHANNELS_FIRST)), CHANNELS_LAST);
    return blocks.reduce((x, block) => block(x), small);
  },
});

export function convNext(options: { image: number; dims: readonly number[]; depths: readonly number[] }) {
  const { image, dims, depths } = options;
  const [first = 1, ...others] = dims;
  const dim = others.at(-1) ?? first;
  const stem = [conv2dLayer(3, first, { kernel: 4, stride: 4 }), norm(first)] as const;
  const blocks = Array.from({ length: depths[0] ?? 1 }, () => convNextBlock({ dim: first }));
  const later = others.map((dim, i) => stage({ from: dims[i] ?? 1, dim, depth: depths[i + 1] ?? 1 }));
  return {
    ...{ family: 'convnext', image, dim, tokens: (image / 4 / 2 ** later.length) ** 2, options },
    parts: { stem, stages: [{ blocks }, ...later] },
    preprocessing: {
      ...{ resize: 'shortest-edge', interpolation: 'bicubic' },
      ...{ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
    },
    checkpointNames: [
      { ours: 'vision.*', theirs: '*' },
      { unused: 'head.*', because: 'the classifier' },
    ],
    encode(pixels) {
      const patches = stem[1](rearrange(stem[0](pixels), CHANNELS_LAST));
      const first = blocks.reduce((x, block) => block(x), patches);
      const last = later.reduce((x, stage) => stage(x), first);
      return rearrange(last, 'images rows columns dim -> images (rows columns) dim');
    },
  } satisfies VisionEncoder;
}

const vision = convNext({ image: 64, dims: [8, 12, 16, 24], depths: [1, 1, 2, 1] });

/** The encoder alone. */
export const encoder = graph({
  name: 'convnext',
  inputs: { pixels: { dtype: 'float32', shape: ['images', 3, 64, 64] } },
  parts: { vision: vision.parts },
  outputs: ({ pixels }) => ({ features: vision.encode(pixels) }),
  checkpointNames: vision.checkpointNames,
});

export default flamingo({
  name: 'convnext-flamingo',
  vision,
  resampler: { depth: 1, latents: 8, heads: 2, headDim: 16 },
  language: opt({ dim: 32, layers: 2, heads: 2, vocabulary: 261, contextLength: 128 }),
  crossAttention: { every: 1 },
});
