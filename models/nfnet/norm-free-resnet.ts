import {
  add,
  block,
  conv2d,
  divide,
  multiply,
  normal,
  ones,
  parameter,
  rearrange,
  reduce,
  reduceMean,
  refuseUnknownOptions,
  relu,
  sqrt,
  square,
  subtract,
  type Tensor,
  zeros,
} from '../../dsl/index.ts';
import { HALF } from '../shared/half-pixels.ts';
import type { VisionEncoder } from '../shared/vision-encoder.ts';

/** ReLU halves a normal signal's variance, roughly: this factor, sqrt(2 / (1 - 1/pi)), restores it. */
const RELU_GAIN = Math.sqrt(2 / (1 - 1 / Math.PI));

const activate = (x: Tensor, std: number): Tensor => multiply(relu(multiply(x, 1 / std)), RELU_GAIN);

/**
 * A convolution whose kernels are standardised, `gain * (weight - mean) / (std * sqrt(inputs))` for each output
 * channel, so that signals keep their variance without any norm on activations (scaled weight standardisation, Brock
 * et al. 2021, arXiv 2101.08692). Padding keeps the size at stride 1.
 */
const standardisedConvolution = block('StandardisedConvolution', {
  sizes: ['input', 'output'],
  takes: ['images input height width'],
  gives: 'images output rows columns',
  parts: ({ input, output }, { kernel }: { readonly kernel: number; readonly stride: number }) => ({
    weight: parameter([output, input, kernel, kernel], normal(1 / Math.sqrt(input * kernel * kernel))),
    gain: parameter([output], ones),
    bias: parameter([output], zeros),
  }),
  forward: ({ parts, sizes, options: { kernel, stride } }, x) => {
    const { weight, gain, bias } = parts;
    const centred = subtract(weight, reduceMean(weight, [1, 2, 3], true));
    const std = sqrt(add(reduceMean(square(centred), [1, 2, 3], true), 1e-4 / (sizes.input * kernel ** 2)));
    const inputs = sizes.input * kernel * kernel;
    const scale = multiply(rearrange(gain, 'output -> output 1 1 1'), 1 / Math.sqrt(inputs));
    const standardised = multiply(divide(centred, std), scale);
    return conv2d(x, standardised, bias, { stride, padding: (kernel - 1) / 2 });
  },
});

interface ResidualOptions {
  /** 2 halves height and width. */
  readonly stride: number;
  /** The deviation that the block's input is expected to have. */
  readonly std: number;
}

/** How much of a residual branch is added: small, so that the variance grows slowly with depth. */
const BRANCH = 0.5;

/** `x + 0.5 * gain * branch(activate(x))`, a branch of two 3x3 convolutions; where the size changes, x is pooled and mapped. */
const residualBlock = block('ResidualBlock', {
  sizes: ['input', 'output'],
  takes: ['images input height width'],
  gives: 'images output rows columns',
  parts: ({ input, output }, { stride }: ResidualOptions) => ({
    first: standardisedConvolution({ input, output, kernel: 3, stride }),
    second: standardisedConvolution({ input: output, output, kernel: 3, stride: 1 }),
    gain: parameter([1], ones),
    ...(stride === 1 ? {} : { shortcut: standardisedConvolution({ input, output, kernel: 1, stride: 1 }) }),
  }),
  forward: ({ parts, options: { stride, std } }, x) => {
    const active = activate(x, std);
    const branch = parts.second(activate(parts.first(active), 1));
    const kept = parts.shortcut
      ? parts.shortcut(
          reduce(active, 'images input (height a) (width b) -> images input height width', 'mean', {
            a: stride,
            b: stride,
          }),
        )
      : x;
    return add(kept, multiply(multiply(branch, BRANCH), parts.gain));
  },
});

export interface NormFreeResnetOptions {
  /** Height and width of the input in pixels; a multiple of 2 to the power of the number of stages. */
  readonly image: number;
  /** Width of each stage. The first works at half the input's height and width, every further one at half of that. */
  readonly widths: readonly number[];
  /** Residual blocks of each stage. */
  readonly depths: readonly number[];
}

/** The tree of layers, with the deviation each block expects of its input. */
function residualLayers({ widths, depths }: NormFreeResnetOptions) {
  const layers: ReturnType<typeof residualBlock>[] = [];
  let variance = 1;
  let input = widths[0] ?? 0;
  for (const [stage, output] of widths.entries()) {
    for (let index = 0; index < (depths[stage] ?? 0); index++) {
      const stride = stage > 0 && index === 0 ? 2 : 1;
      layers.push(residualBlock({ input, output, stride, std: Math.sqrt(variance) }));
      // A shortcut convolution starts again from a variance of 1.
      variance = (stride === 1 ? variance : 1) + BRANCH ** 2;
      input = output;
    }
  }
  return { layers, std: Math.sqrt(variance) };
}

/**
 * A small residual convolution network without normalisation layers, the kind that the paper's NFNet-F6 is the large
 * end of: `pixels [images, 3, image, image]` to a grid of features, flattened to
 * `[images, (image / 2^stages)^2, last width]`. For encoders that are trained from few pictures on a CPU.
 * Brock et al. 2021, arXiv 2101.08692, with basic blocks in the place of bottlenecks.
 */
export function normFreeResnet(options: NormFreeResnetOptions): VisionEncoder {
  refuseUnknownOptions(normFreeResnet, options, {
    image: 'a whole number from 1 on',
    widths: 'a list of whole numbers from 1 on',
    depths: 'a list of whole numbers from 0 on',
  });
  const { image, widths } = options;
  const { layers, std } = residualLayers(options);
  const parts = {
    stem: standardisedConvolution({ input: 3, output: widths[0] ?? 0, kernel: 3, stride: 2 }),
    layers,
  };
  return {
    family: 'norm-free-resnet',
    image,
    tokens: (image / 2 ** widths.length) ** 2,
    dim: widths.at(-1) ?? 0,
    preprocessing: {
      resize: 'stretch',
      interpolation: 'bilinear',
      mean: HALF,
      std: HALF,
    },
    parts,
    options: { ...options },
    checkpointNames: [],
    encode: (pixels) => {
      let x = parts.stem(pixels);
      for (const layer of parts.layers) x = layer(x);
      return rearrange(activate(x, std), 'images dim rows columns -> images (rows columns) dim');
    },
  };
}
