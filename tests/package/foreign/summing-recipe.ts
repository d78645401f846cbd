import { add, decoderLogits, frozen, nextTokenLoss, rearrange, recipe, task } from 'flamingo-onnx';
import { connect, language, vectorOf, vision } from './summing.ts';

const [rows, text, side] = [2, 3, 28];
const pixelsOf = (row: number) =>
  Float32Array.from({ length: 3 * side * side }, (_, at) => (row === 0 ? 1 : Math.sin(at / 3)));
const pixels = Float32Array.from([...pixelsOf(0), ...pixelsOf(1)]);

/** Two pictures, each with a word of its own, which the connector alone can tell the frozen language model. */
export default recipe({
  name: 'summing',
  steps: 60,
  parts: { vision: frozen(vision), connect, language: frozen(language) },
  tasks: [
    task({
      name: 'told',
      inputs: {
        tokens: { dtype: 'int64', shape: [rows, text] },
        counted: { dtype: 'bool', shape: [rows, text] },
        pixels: { dtype: 'float32', shape: [rows, 3, side, side] },
      },
      loss({ tokens, counted, pixels }) {
        const vectors = rearrange(vectorOf(vision.encode(pixels)), 'rows dim -> rows 1 dim');
        const logits = decoderLogits(language, tokens, { splice: (embedded) => add(embedded, vectors) });
        return nextTokenLoss(logits, tokens, counted);
      },
      data: {
        batch: () => ({
          tokens: BigInt64Array.of(256n, 58n, 65n, 256n, 58n, 66n),
          counted: Uint8Array.of(0, 0, 1, 0, 0, 1),
          pixels,
        }),
      },
    }),
  ],
  optimizer: { learningRate: 0.1 },
});
