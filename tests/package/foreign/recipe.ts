import { crossEntropy, linear, recipe, task } from 'flamingo-onnx';
import { softsign } from './operators/softsign.ts';

const layer = linear(4, 3);

/** Which of three corners a point is in: the gradient goes through an operator of this project's own. */
export default recipe({
  name: 'corners',
  steps: 30,
  parts: { layer },
  tasks: [
    task({
      name: 'corner',
      inputs: { point: { dtype: 'float32', shape: [8, 4] }, corner: { dtype: 'int64', shape: [8] } },
      loss: ({ point, corner }) => crossEntropy(layer(softsign(point)), corner),
      data: {
        batch(step) {
          const corner = BigInt64Array.from({ length: 8 }, (_, row) => BigInt((row + step) % 3));
          const point = Float32Array.from({ length: 32 }, (_, at) =>
            at % 4 === Number(corner[at >> 2]) ? 3 : -1,
          );
          return { point, corner };
        },
      },
    }),
  ],
  optimizer: { learningRate: 0.1 },
  schedule: { kind: 'cosine', warmUp: 1 },
});
