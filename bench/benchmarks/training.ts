import { join } from 'node:path';
import { input, nameParameters } from '../../dsl/index.ts';
import {
  clipVit,
  flamingoParts,
  interleavedLogits,
  nextTokenLoss,
  opt,
  type Recipe,
  recipe,
  task,
  unfrozen,
} from '../../models/index.ts';
import { Tensor } from '../../runtime/onnx-runtime.ts';
import type { Benchmark } from '../benchmark.ts';
import { interleave } from '../measure/interleave.ts';
import { compare, spreadOf } from '../measure/statistics.ts';
import { interleavedTokens } from '../support/interleaved-tokens.ts';
import { openGraph } from '../support/open-graph.ts';
import { openTrainer } from '../support/open-trainer.ts';
import { withTemporaryFolder } from '../support/temporary-folder.ts';
import { normalTensor } from '../support/tensors.ts';
import { normalValues } from '../support/weights.ts';

const ROWS = 4;
const TEXT = 64;
const PICTURES = 4;
const VOCABULARY = 2048;
const IMAGE_TOKEN = VOCABULARY - 1;
const STEPS_PER_CALL = 8;

function parts({ all = false } = {}) {
  const vision = clipVit({ image: 32, patch: 8, dim: 128, layers: 1, heads: 4 });
  const language = opt({ dim: 192, layers: 4, heads: 6, vocabulary: VOCABULARY, contextLength: TEXT });
  return flamingoParts({
    vision: all ? unfrozen(vision) : vision,
    resampler: { depth: 1, heads: 4, headDim: 32, latents: 16 },
    language: all ? unfrozen(language) : language,
    crossAttention: { every: 2, heads: 4, headDim: 32 },
  });
}

type Parts = ReturnType<typeof parts>;

const shapes = ({ vision }: Parts) =>
  ({
    tokens: [ROWS, TEXT],
    counted: [ROWS, TEXT],
    features: [ROWS, PICTURES, 1, vision.tokens, vision.dim],
  }) as const;

const lossOf = (model: Parts, tokens: Wide, counted: Wide, features: Wide) =>
  nextTokenLoss(interleavedLogits(model, { tokens, features, imageToken: IMAGE_TOKEN }), tokens, counted);
type Wide = Parameters<typeof nextTokenLoss>[0];

const tokens = () =>
  interleavedTokens({ rows: ROWS, text: TEXT, pictures: PICTURES, imageToken: IMAGE_TOKEN });

function training(model: Parts, stepsPerCall = 1): Recipe {
  const shape = shapes(model);
  return recipe({
    name: 'episodes',
    steps: 1000,
    parts: model.tree,
    stepsPerCall,
    tasks: [
      task({
        name: 'episodes',
        inputs: {
          tokens: { dtype: 'int64', shape: shape.tokens },
          counted: { dtype: 'bool', shape: shape.counted },
          features: { dtype: 'float32', shape: shape.features },
        },
        loss: ({ tokens, counted, features }) => lossOf(model, tokens, counted, features),
        data: {
          batch: () => ({
            tokens: tokens(),
            counted: new Uint8Array(ROWS * TEXT).fill(1),
            features: normalValues(
              shape.features.reduce((product, size) => product * size, 1),
              1,
            ),
          }),
        },
      }),
    ],
    optimizer: { learningRate: 1e-4 },
  });
}

export const benchmark: Benchmark = {
  name: 'training',
  summary:
    'a training step against the forward pass, all parts learned against blocks alone, steps in one call',
  run: ({ quick, threads, note }) =>
    withTemporaryFolder(async (folder) => {
      note('compile');
      const model = parts();
      const shape = shapes(model);
      const inputs = {
        tokens: input('tokens', 'int64', shape.tokens),
        counted: input('counted', 'bool', shape.counted),
        features: input('features', 'float32', shape.features),
      };
      const loss = lossOf(model, inputs.tokens, inputs.counted, inputs.features);
      const forward = await openGraph(
        nameParameters(model.tree).place({ name: 'forward', inputs, outputs: { loss } }),
        { threads },
      );
      const feeds = {
        tokens: new Tensor('int64', tokens(), shape.tokens),
        counted: new Tensor('bool', new Uint8Array(ROWS * TEXT).fill(1), shape.counted),
        features: normalTensor(...shape.features),
      };
      const open = (made: Recipe, name: string) => openTrainer(made, join(folder, name), { threads });
      const blocks = await open(training(parts()), 'blocks');
      const all = await open(training(parts({ all: true })), 'all');
      // As for a device of its own memory, for which the optimizer is in the graph.
      const several = await openTrainer(training(parts(), STEPS_PER_CALL), join(folder, 'several'), {
        threads,
        target: 'cuda',
      });
      try {
        note('steps');
        const samples = await interleave(
          {
            forward: () => forward.run(feeds),
            blocks: () => blocks.step(),
            all: () => all.step(),
            several: () => several.step(),
          },
          { seconds: quick ? 0.5 : 12, least: quick ? 3 : 6 },
        );
        const each = samples.several.map((time) => time / STEPS_PER_CALL);
        const name = `a Flamingo, ${ROWS} rows of ${TEXT} tokens with ${PICTURES} pictures`;
        return [
          {
            title: 'A step of training',
            cases: [
              {
                name,
                variants: {
                  'forward pass': spreadOf(samples.forward, 'ms'),
                  'blocks learn': spreadOf(samples.blocks, 'ms'),
                  'all learns': spreadOf(samples.all, 'ms'),
                  [`blocks, ${STEPS_PER_CALL} steps a call, as for a device`]: spreadOf(each, 'ms'),
                },
                comparisons: [
                  compare('blocks learn / forward', samples.blocks, samples.forward),
                  compare('all learns / blocks learn', samples.all, samples.blocks),
                  compare('one step a call / several as for a device', samples.blocks, each),
                ],
              },
            ],
            notes: [
              'A step is the loss, its gradients, clipping and AdamW; batches are there already. Frozen are vision encoder and language model.',
            ],
          },
        ];
      } finally {
        for (const each of [forward, blocks, all, several]) await each.close();
      }
    }),
};
