import { block, type CheckpointName, linear, rearrange, refuseUnknownOptions } from '../../dsl/index.ts';
import { ACTIVATIONS, type Activation, activations } from '../shared/activation.ts';
import type { Connector } from './connector.ts';

interface PerceptronOptions {
  readonly depth: number;
  readonly activation: Activation;
  readonly bias: boolean;
}

/** LLaVA's connector in transformers, by its releases. */
const llavaNames: readonly CheckpointName[] = [
  'multi_modal_projector',
  'model.multi_modal_projector',
].flatMap((theirs) =>
  ['1', '2'].map((place, index) => ({
    ours: `connector.layers.${index}.*`,
    theirs: `${theirs}.linear_${place}.*`,
  })),
);

/** `depth` linear layers with an activation between, from the width of features to that of the language model. */
export const connectorPerceptron = block('ConnectorPerceptron', {
  sizes: ['vision', 'dim'],
  takes: ['images places vision'],
  gives: 'images places dim',
  parts: ({ vision, dim }, { depth, bias }: PerceptronOptions) => ({
    layers: [
      linear(vision, dim, { bias }),
      ...Array.from({ length: depth - 1 }, () => linear(dim, dim, { bias })),
    ] as const,
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
  /** Whether the layers have biases; default true. */
  readonly bias?: boolean;
}

/**
 * A perceptron on each feature by itself: every feature of every frame becomes a token.
 *
 * @throws ModelError for an unknown option, or one of another kind
 */
export function mlpConnector(given: MlpConnectorOptions = {}): Connector {
  refuseUnknownOptions(mlpConnector, given, {
    depth: 'a whole number from 1 on',
    activation: ACTIVATIONS,
    bias: 'true or false',
  });
  const { depth = 2, activation = 'gelu', bias = true } = given;
  return {
    options: { kind: 'mlp', depth, activation, bias },
    checkpointNames: llavaNames,
    make({ vision, language, tokens, frames }) {
      const part = connectorPerceptron({ vision, dim: language, depth, activation, bias });
      return {
        part,
        features: typeof frames === 'number' ? tokens * frames : `${tokens}*${frames}`,
        connect: (features) =>
          part(rearrange(features, 'images frames tokens vision -> images (frames tokens) vision')),
      };
    },
  };
}
