import { block, linear, rearrange, type Tensor } from '../../dsl/index.ts';
import { type Activation, activations } from '../shared/activation.ts';
import type { Connector } from './connector.ts';

/** `depth` linear layers with an activation between, from the width of features to that of the language model. */
export const connectorPerceptron = block('ConnectorPerceptron', {
  sizes: ['vision', 'dim'],
  takes: ['images places vision'],
  gives: 'images places dim',
  parts: ({ vision, dim }, { depth }: { readonly depth: number; readonly activation: Activation }) => ({
    layers: Array.from({ length: depth }, (_, index) => linear(index === 0 ? vision : dim, dim)),
  }),
  forward: ({ parts, options }, features) => {
    let x: Tensor = features;
    for (const [index, layer] of parts.layers.entries())
      x = layer(index === 0 ? x : activations[options.activation](x));
    return x;
  },
});

export interface MlpConnectorOptions {
  /** Linear layers; default 2, as in LLaVA-1.5 (arXiv 2310.03744). */
  readonly depth?: number;
  /** Between them; default `gelu`. */
  readonly activation?: Activation;
}

/** A perceptron on each feature by itself: every feature of every frame becomes a token. */
export function mlpConnector({ depth = 2, activation = 'gelu' }: MlpConnectorOptions = {}): Connector {
  return {
    options: { kind: 'mlp', depth, activation },
    make({ vision, language, tokens, frames }) {
      const part = connectorPerceptron({ vision, dim: language, depth, activation });
      return {
        part,
        features: typeof frames === 'number' ? tokens * frames : `${tokens}*${frames}`,
        connect: (features) =>
          part(rearrange(features, 'images frames tokens vision -> images (frames tokens) vision')),
      };
    },
  };
}
