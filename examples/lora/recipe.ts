/**
 * Teaches a frozen GPT to count, by 1,536 new weights.
 *
 *     flamingo train recipe.ts --out adapted
 *     flamingo compile model.ts --weights adapted/weights.safetensors --out artifacts/lora
 */
import { frozen, nextTokenLoss, recipe, task, textLogits } from 'flamingo-onnx';
import { adaptedGpt } from './model.ts';

const [BATCH, TEXT] = [8, 24];
const language = adaptedGpt(false);
const digits = [...'0123456789'].map((digit) => BigInt(digit.charCodeAt(0)));

export default recipe({
  name: 'lora',
  steps: 60,
  // What the model marks as unfrozen is learned.
  parts: { language: frozen(language.parts) },
  // The frozen model, in the names of GPT-2.
  initialFrom: [
    {
      file: 'base.safetensors',
      names: [
        { ours: 'language.*.weight', theirs: 'transformer.*.weight' },
        { ours: 'language.*.bias', theirs: 'transformer.*.bias' },
      ],
    },
  ],
  tasks: [
    task({
      name: 'counting',
      inputs: {
        tokens: { dtype: 'int64', shape: [BATCH, TEXT] },
        counted: { dtype: 'bool', shape: [BATCH, TEXT] },
      },
      loss: ({ tokens, counted }) => nextTokenLoss(textLogits(language, tokens), tokens, counted),
      data: {
        batch: (step) => ({
          tokens: BigInt64Array.from(
            { length: BATCH * TEXT },
            (_, i) => digits[(step + 3 * Math.floor(i / TEXT) + (i % TEXT)) % 10] ?? 0n,
          ),
          counted: new Uint8Array(BATCH * TEXT).fill(1),
        }),
      },
    }),
  ],
  optimizer: { learningRate: 1e-2 },
  schedule: { kind: 'cosine', warmUp: 5 },
});
