import {
  block,
  type CheckpointName,
  linear,
  ModelError,
  rearrange,
  refuseUnknownOptions,
  requireOptions,
} from '../../dsl/index.ts';
import type { Connector } from './connector.ts';

interface ShuffleOptions {
  readonly scale: number;
  /** Features of a row of a frame. */
  readonly side: number;
}

/** Idefics 3's connector in transformers, in the whole model and in what is saved without its head. */
const idefics3Names: readonly CheckpointName[] = ['connector', 'model.connector'].map((theirs) => ({
  ours: 'connector.projection.*',
  theirs: `${theirs}.modality_projection.proj.*`,
}));

/** Squares of `scale` by `scale` features beside each other, row by row, then a linear layer to the language model's width. */
export const shuffledProjection = block('ShuffledProjection', {
  sizes: ['vision', 'dim'],
  takes: ['frames tokens vision'],
  gives: 'frames places dim',
  parts: ({ vision, dim }, { scale }: ShuffleOptions) => ({
    projection: linear(scale * scale * vision, dim, { bias: false }),
  }),
  forward: ({ parts, options: { scale, side } }, features) =>
    parts.projection(
      rearrange(features, 'frames (rows dy columns dx) vision -> frames (rows columns) (dy dx vision)', {
        columns: side / scale,
        dy: scale,
        dx: scale,
      }),
    ),
});

export interface PixelShuffleConnectorOptions {
  /** Features on each side of the square that becomes one token; divides the features of a frame's side. */
  readonly scale: number;
}

/**
 * Pixel shuffle, then a linear layer without bias: each square of `scale` by `scale` features of a frame becomes a token, so that a
 * frame has `scale` squared times fewer. Idefics 3 (arXiv 2408.12637) and SmolVLM (arXiv 2504.05299).
 *
 * @throws ModelError for an option that is unknown, missing or of another kind, and for an encoder whose features are no square
 *   that `scale` divides
 */
export function pixelShuffleConnector(options: PixelShuffleConnectorOptions): Connector {
  refuseUnknownOptions(pixelShuffleConnector, options, { scale: 'a whole number from 1 on' });
  requireOptions(pixelShuffleConnector, options, ['scale']);
  const { scale } = options;
  return {
    options: { kind: 'pixel-shuffle', scale },
    checkpointNames: idefics3Names,
    make({ vision, language, tokens, frames }) {
      const side = Math.sqrt(tokens);
      if (!Number.isInteger(side / scale)) {
        throw new ModelError(
          `pixelShuffleConnector: scale ${scale} must divide the side of a square of features, but the vision encoder gives ${tokens}${Number.isInteger(side) ? `, ${side} on each side` : ', which are no square'}.`,
        );
      }
      const part = shuffledProjection({ vision, dim: language, scale, side });
      const places = tokens / (scale * scale);
      return {
        part,
        features: typeof frames === 'number' ? places * frames : `${places}*${frames}`,
        connect(features) {
          const [images = 1, frames = 1] = features.shape;
          const connected = part(
            rearrange(features, 'images frames tokens vision -> (images frames) tokens vision'),
          );
          return rearrange(connected, '(images frames) places dim -> images (frames places) dim', {
            images,
            frames,
          });
        },
      };
    },
  };
}
