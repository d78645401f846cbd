import {
  add,
  block,
  type CheckpointName,
  conv2d,
  divide,
  gelu,
  type KnownOptions,
  ModelError,
  multiply,
  normal,
  ones,
  parameter,
  rearrange,
  reduce,
  reduceMean,
  refuseUnknownOptions,
  relu,
  sigmoid,
  sqrt,
  square,
  subtract,
  type Tensor,
  zeros,
} from '../../dsl/index.ts';
import { IMAGENET_DEVIATION, IMAGENET_MEAN } from '../shared/imagenet-pixels.ts';
import type { VisionEncoder } from '../shared/vision-encoder.ts';

/** Gives GELU of a normal signal a variance of 1 again. */
const GELU_GAIN = 1.7015043497085571;

const activate = (x: Tensor): Tensor => multiply(gelu(x), GELU_GAIN);

interface ConvolutionOptions {
  readonly kernel: 1 | 3;
  readonly stride: 1 | 2;
  /** Of the input; each output channel reads one group. */
  readonly groups: number;
}

/**
 * A convolution whose kernels are standardised, `gain * (weight - mean) / sqrt((variance + 1e-5) * inputs)` for each
 * output channel (scaled weight standardisation, Brock et al. 2021, arXiv 2101.08692). `same` padding: at stride 2
 * an even picture gets its zeros at the bottom and on the right.
 */
const standardisedConvolution = block('StandardisedConvolution', {
  sizes: ['input', 'output'],
  takes: ['images input height width'],
  gives: 'images output rows columns',
  parts: ({ input, output }, { kernel, groups }: ConvolutionOptions) => ({
    weight: parameter([output, input / groups, kernel, kernel], normal(Math.sqrt(groups / input) / kernel)),
    gain: parameter([output, 1, 1, 1], ones),
    bias: parameter([output], zeros),
  }),
  forward: ({ parts, sizes, options: { kernel, stride, groups } }, x) => {
    const weight = parts.weight;
    const centred = subtract(weight, reduceMean(weight, [1, 2, 3], true));
    const std = sqrt(add(reduceMean(square(centred), [1, 2, 3], true), 1e-5));
    const scale = multiply(parts.gain, Math.sqrt(groups / sizes.input) / kernel);
    const standardised = multiply(divide(centred, std), scale);
    const around = kernel === 3 && stride === 1 ? 1 : 0;
    const afterThem = [0, 1] as const;
    return conv2d<Tensor, Tensor, Tensor, object>(x, standardised, parts.bias, {
      stride,
      padding: kernel === 3 && stride === 2 ? [afterThem, afterThem] : around,
      groups,
    });
  },
});

/** Squeeze and excitation: every channel times a share that is computed from the means of all. Hu et al. 2018. */
const channelAttention = block('ChannelAttention', {
  sizes: ['dim', 'inner'],
  takes: ['images dim rows columns'],
  gives: 'images dim rows columns',
  parts: ({ dim, inner }) => ({
    fc1: {
      weight: parameter([inner, dim, 1, 1], normal(1 / Math.sqrt(dim))),
      bias: parameter([inner], zeros),
    },
    fc2: {
      weight: parameter([dim, inner, 1, 1], normal(1 / Math.sqrt(inner))),
      bias: parameter([dim], zeros),
    },
  }),
  forward: ({ parts: { fc1, fc2 } }, x) => {
    const squeezed = reduceMean(x, [2, 3], true);
    const shares = sigmoid(conv2d(relu(conv2d(squeezed, fc1.weight, fc1.bias)), fc2.weight, fc2.bias));
    return multiply(x, shares);
  },
});

interface NormFreeBlockOptions {
  readonly stride: 1 | 2;
  /** The deviation that the block's input is expected to have. */
  readonly std: number;
  readonly groupSize: number;
}

/** How much of a residual branch is added: small, so that the variance grows slowly with depth. */
const BRANCH = 0.2;
/** Half of the channels' shares would be lost at the start; this gives them back. */
const ATTENTION_GAIN = 2;

/**
 * `x + 0.2 * skipinit_gain * branch(activate(x) / std)`, a bottleneck of half the width with two grouped 3x3
 * convolutions and attention over channels; where the size changes, x is pooled and mapped. timm's `NormFreeBlock`.
 */
const normFreeBlock = block('NormFreeBlock', {
  sizes: ['input', 'output'],
  takes: ['images input height width'],
  gives: 'images output rows columns',
  parts: ({ input, output }, { stride, groupSize }: NormFreeBlockOptions) => {
    const groups = Math.floor(output / 2 / groupSize);
    const inner = groups * groupSize;
    const plain = { stride: 1, groups: 1 } as const;
    return {
      ...((Number(input) !== Number(output) || stride !== 1) && {
        downsample: { conv: standardisedConvolution({ input, output, kernel: 1, ...plain }) },
      }),
      conv1: standardisedConvolution({ input, output: inner, kernel: 1, ...plain }),
      conv2: standardisedConvolution({ input: inner, output: inner, kernel: 3, stride, groups }),
      conv2b: standardisedConvolution({ input: inner, output: inner, kernel: 3, stride: 1, groups }),
      conv3: standardisedConvolution({ input: inner, output, kernel: 1, ...plain }),
      attn_last: channelAttention({ dim: output, inner: divisibleByEight(output / 2) }),
      skipinit_gain: parameter([1], zeros),
    };
  },
  forward: ({ parts, options: { stride, std } }, x) => {
    const active = multiply(activate(x), 1 / std);
    // Without a convolution x has the sizes of the output, which `input` and `output` do not say: a question of options.
    const shortcut: Tensor = parts.downsample ? parts.downsample.conv(pooled(active, stride)) : x;
    const inner = parts.conv2b(activate(parts.conv2(activate(parts.conv1(active)))));
    const branch = multiply(parts.attn_last(parts.conv3(activate(inner))), ATTENTION_GAIN);
    return add(shortcut, multiply(multiply(branch, parts.skipinit_gain), BRANCH));
  },
});

/** Means of 2x2 squares, where the size is to be halved. */
function pooled(x: Tensor, stride: 1 | 2): Tensor {
  if (stride === 1) return x;
  return reduce(x, 'images dim (rows a) (columns b) -> images dim rows columns', 'mean', { a: 2, b: 2 });
}

function divisibleByEight(width: number): number {
  return Math.max(8, Math.floor((width + 4) / 8) * 8);
}

export interface NfnetOptions {
  /** Height and width of the input in pixels, a multiple of 32; features are a grid of a 32nd. */
  readonly image: number;
  /** Blocks of each stage. */
  readonly depths: readonly number[];
  /** Width of each stage; default 256, 512, 1536, 1536. */
  readonly widths?: readonly number[];
  /** Width of the stem, a multiple of 8; default 128. */
  readonly stem?: number;
  /** Channels of each group of the 3x3 convolutions; default 128. */
  readonly groupSize?: number;
  /**
   * `stages`: what the last stage gives (1536 wide, the width of the paper's resampler); `final`: after the last
   * convolution, which doubles the width, and its activation, as timm's `forward_features`. Default `stages`.
   */
  readonly features?: 'stages' | 'final';
}

const KNOWN: KnownOptions<NfnetOptions> = {
  image: 'a whole number from 1 on',
  depths: 'a list of whole numbers from 0 on',
  widths: 'a list of whole numbers from 1 on',
  stem: 'a whole number from 1 on',
  groupSize: 'a whole number from 1 on',
  features: ['final', 'stages'],
};

/** timm's `dm_nfnet_f0` … `f6`, with the picture sizes that they are tested at. */
export const nfnetSizes = {
  f0: { image: 256, depths: [1, 2, 6, 3] },
  f1: { image: 320, depths: [2, 4, 12, 6] },
  f2: { image: 352, depths: [3, 6, 18, 9] },
  f3: { image: 416, depths: [4, 8, 24, 12] },
  f4: { image: 512, depths: [5, 10, 30, 15] },
  f5: { image: 544, depths: [6, 12, 36, 18] },
  f6: { image: 576, depths: [7, 14, 42, 21] },
} as const satisfies Readonly<Record<string, NfnetOptions>>;

const WIDTHS = [256, 512, 1536, 1536];

/**
 * A normaliser-free residual network as a frozen encoder for `flamingo`: the paper's own is NFNet-F6 on pictures of
 * 320 pixels, whose features are a grid of 10x10. Brock et al. 2021, arXiv 2102.06171; timm's `NormFreeNet`.
 *
 * @throws ModelError for an unknown option, and when the picture's size is not a multiple of 32
 */
export function nfnet(options: NfnetOptions): VisionEncoder {
  refuseUnknownOptions(nfnet, options, KNOWN);
  const { image, depths, widths = WIDTHS, stem = 128, groupSize = 128, features = 'stages' } = options;
  if (image % 32 !== 0) {
    throw new ModelError(
      `nfnet: image must be a multiple of 32, since every stage halves it evenly, but it is ${image}`,
    );
  }
  const last = widths.at(-1) ?? 0;
  const dim = features === 'final' ? 2 * last : last;
  const parts = {
    stem: stemConvolutions(stem),
    stages: residualStages(depths, widths, stem, groupSize),
    ...(features === 'final' && {
      final_conv: standardisedConvolution({ input: last, output: dim, kernel: 1, stride: 1, groups: 1 }),
    }),
  };
  return {
    family: 'nfnet',
    image,
    tokens: (image / 32) ** 2,
    dim,
    preprocessing: {
      resize: 'stretch',
      interpolation: 'bicubic',
      mean: IMAGENET_MEAN,
      std: IMAGENET_DEVIATION,
    },
    parts,
    options: { ...options },
    checkpointNames: nfnetNames,
    encode(pixels) {
      const { conv1, conv2, conv3, conv4 } = parts.stem;
      let x = activate(conv2(activate(conv1(pixels))));
      x = conv4(activate(conv3(x)));
      for (const stage of parts.stages) for (const each of stage) x = each(x);
      if (parts.final_conv) x = activate(parts.final_conv(x));
      return rearrange(x, 'images dim rows columns -> images (rows columns) dim');
    },
  };
}

/** Four 3x3 convolutions that quarter the size. */
function stemConvolutions(stem: number) {
  const layer = (input: number, output: number, stride: 1 | 2) =>
    standardisedConvolution({ input, output, kernel: 3, stride, groups: 1 });
  return {
    conv1: layer(3, stem / 8, 2),
    conv2: layer(stem / 8, stem / 4, 1),
    conv3: layer(stem / 4, stem / 2, 1),
    conv4: layer(stem / 2, stem, 2),
  };
}

function residualStages(
  depths: readonly number[],
  widths: readonly number[],
  stem: number,
  groupSize: number,
) {
  let [input, variance] = [stem, 1];
  return widths.map((output, stage) =>
    Array.from({ length: depths[stage] ?? 0 }, (_, index) => {
      const stride = stage > 0 && index === 0 ? 2 : 1;
      const next = normFreeBlock({ input, output, stride, std: Math.sqrt(variance), groupSize });
      input = output;
      // The first block of a stage maps its input anew, to a variance of 1.
      variance = (index === 0 ? 1 : variance) + BRANCH ** 2;
      return next;
    }),
  );
}

/** timm's names; its classifier is not part of an encoder. */
const nfnetNames: readonly CheckpointName[] = [
  { ours: 'vision.*', theirs: '*' },
  { unused: 'head.fc.*', because: 'the classifier, which comes after the features' },
  {
    unused: 'final_conv.*',
    because: "the convolution after the last stage, for the classifier; ask for features 'final' to use it",
  },
];
