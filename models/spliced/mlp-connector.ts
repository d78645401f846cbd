import { block, linear, rearrange, refuseUnknownOptions } from '../../dsl/index.ts';
import { ACTIVATIONS, type Activation, activations } from '../shared/activation.ts';
import type { Connector } from './connector.ts';

/** `depth` linear layers with an activation between, from the width of features to that of the language model. */
export const connectorPerceptron = block('ConnectorPerceptron', {
  sizes: ['vision', 'dim'],
  takes: ['images places vision'],
  gives: 'images places dim',
  parts: ({ vision, dim }, { depth }: { readonly depth: number; readonly activation: Activation }) => ({
    layers: [linear(vision, dim), ...Array.from({ length: depth - 1 }, () => linear(dim, dim))] as const,
  }),
  forward: ({ parts, options }, features) => {
    const [first, ...others] = parts.layers;
    return others.reduce((x, layer) => layer(activations[options.activation](x)), first(features));
  },
});

export interface MlpConnectorOptions {
  /** Linear layers; default 2, as in LLaVA-1.5 (arXiv 2310.03744). */
  readonly depth?: number;
  /** Between them; default `gelu`. */
  readonly activation?: Activation;
}

/**
 * A perceptron on each feature by itself: every feature of every frame becomes a token.
 *
 * @throws ModelError for an unknown option, or one of another kind
 */
export function mlpConnector(given: MlpConnectorOptions = {}): Connector {
  refuseUnknownOptions(mlpConnector, given, { depth: 'a whole number from 1 on', activation: ACTIVATIONS });
  const { depth = 2, activation = 'gelu' } = given;
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
