import { linear, rearrange, refuseUnknownOptions, requireOptions } from '../../dsl/index.ts';
import { perceiverResampler } from '../flamingo/perceiver-resampler.ts';
import { ACTIVATIONS, type Activation } from '../shared/activation.ts';
import type { Connector } from './connector.ts';

export interface ResamplerConnectorOptions {
  /** Tokens that a picture becomes, however many frames it has. */
  readonly latents: number;
  /** Layers; default 6. */
  readonly depth?: number;
  /** Default 16. */
  readonly heads?: number;
  /** Default 96. */
  readonly headDim?: number;
  /** Default `gelu`. */
  readonly activation?: Activation;
  /** Learned frame embeddings, for video; default none. */
  readonly maxFrames?: number;
}

/**
 * A Perceiver Resampler (arXiv 2204.14198), then a linear layer to the language model's width.
 *
 * @throws ModelError for an option that is unknown, missing or of another kind
 */
export function resamplerConnector(options: ResamplerConnectorOptions): Connector {
  refuseUnknownOptions(resamplerConnector, options, {
    latents: 'a whole number from 1 on',
    depth: 'a whole number from 0 on',
    heads: 'a whole number from 1 on',
    headDim: 'a whole number from 1 on',
    activation: ACTIVATIONS,
    maxFrames: 'a whole number from 1 on',
  });
  requireOptions(resamplerConnector, options, ['latents']);
  const { latents, depth = 6, heads = 16, headDim = 96, activation = 'gelu', maxFrames } = options;
  return {
    options: { kind: 'resampler', latents, depth, heads, headDim, activation, maxFrames },
    make({ vision, language }) {
      const perceiver = perceiverResampler({
        ...{ dim: vision, inner: 4 * vision, depth, heads, headDim, latents, activation },
        finalNorm: true,
        ...(maxFrames !== undefined && { maxFrames }),
      });
      const projection = linear(vision, language);
      return {
        part: { perceiver, projection },
        features: latents,
        connect(features) {
          const pictures = rearrange(features, 'images frames tokens dim -> 1 images frames tokens dim');
          return projection(rearrange(perceiver(pictures), '1 images latents dim -> images latents dim'));
        },
      };
    },
  };
}
