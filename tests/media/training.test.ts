import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { languageSchema } from '../../artifact/facts.ts';
import { mediaSchema } from '../../artifact/media/index.ts';
import { openSafetensors } from '../../artifact/weights/safetensors.ts';
import { compile } from '../../compiler/compile.ts';
import type { Graph } from '../../dsl/graph.ts';
import { nameParameters } from '../../dsl/program/naming.ts';
import {
  type CrossAttentionSizes,
  clipVit,
  flamingo,
  flamingoParts,
  gpt2,
  input,
  interleavedLogits,
  maskedCrossAttention,
  mlpConnector,
  nextTokenLoss,
  opt,
  type PromptProgram,
  rearrange,
  recipe,
  resamplerConnector,
  type SplicedOptions,
  spliced,
  splicedLogits,
  splicedParts,
  type Tensor,
  task,
} from '../../models/index.ts';
import { KeyValueCache } from '../../runtime/generate/cache/key-value-cache.ts';
import { mediaWayOf } from '../../runtime/media/index.ts';
import { mediaFeeds } from '../../runtime/media/way.ts';
import * as onnxruntime from '../../runtime/onnx-runtime.ts';
import { layoutPrefill, textFeeds } from '../../runtime/prompt/layout.ts';
import { Engine } from '../../runtime/worker/engine.ts';
import { assertClose } from '../models/close.ts';
import { picture, TOKENIZER } from '../runtime/compiled-model.ts';
import { reinitialised } from '../support/reinitialised.ts';
import { withGraph } from '../support/run-program.ts';
import { runRecipe } from '../training/run-recipe.ts';
import { channelGated, keyedChannelGated, learnedQueries } from './own-blocks.ts';
import { writeLivelyWeights } from './small-models.ts';

const VOCABULARY = 20;
const IMAGE = 19;
const MEDIA = 3;
const TEXT = 16;
const SIDE = 8;

const text = fc.integer({ min: 1, max: IMAGE - 1 });
const prompt = fc
  .array(fc.oneof({ weight: 3, arbitrary: text }, { weight: 1, arbitrary: fc.constant(IMAGE) }), {
    minLength: 1,
    maxLength: 8,
  })
  .filter((tokens) => tokens.filter((token) => token === IMAGE).length <= MEDIA);

const vision = () => clipVit({ image: SIDE, patch: 4, dim: 16, layers: 1, heads: 2 });
const language = { dim: 16, layers: 2, heads: 2, vocabulary: VOCABULARY, contextLength: TEXT } as const;

/** Logits of training beside those of the compiled graphs, for a row of any prompt. */
async function checkTraining(
  program: PromptProgram<'vision' | 'language'>,
  tree: object,
  logits: (tokens: Tensor, features: Tensor) => Tensor,
  encode: (pixels: Tensor) => Tensor,
): Promise<void> {
  const named = nameParameters(tree);
  // Gates start at zero and would hide the blocks; values are drawn by seed and name, so both have the same.
  const open = (graph: Graph): Graph => reinitialised(graph, /_gate$/, 0.7);
  const tokens = input('tokens', 'int64', [1, TEXT]);
  const pixels = input('pixels', 'float32', [MEDIA, 3, SIDE, SIDE]);
  const features = rearrange(encode(pixels), 'media places dim -> 1 media 1 places dim');
  const training = named.place({
    name: 'training',
    inputs: { tokens, pixels },
    outputs: { logits: logits(tokens, features) },
  });
  const weights = { parameters: named.parameters, aliases: named.aliases, checkpointNames: [] };
  const pictures = Float32Array.from({ length: MEDIA * 3 * SIDE * SIDE }, (_, index) =>
    Math.sin(index * 0.37),
  );
  const way = mediaWayOf(mediaSchema.parse(program.facts.media), {
    language: languageSchema.parse(program.facts.language),
    special: { image: IMAGE, padding: 0, endOfChunk: null, beginning: null, end: null },
  });
  await withGraph(open(program.graphs.vision), program, [], {}, (see) =>
    withGraph(open(program.graphs.language), program, [], {}, (read) =>
      withGraph(open(training), weights, [], {}, async (train) => {
        const seen = await see({
          pixels: new onnxruntime.Tensor('float32', pictures, [MEDIA, 1, 3, SIDE, SIDE]),
        });
        const encoded = Array.from({ length: MEDIA }, (_, index) =>
          Object.fromEntries(
            way.keeps.map((name) => {
              const output = seen[name];
              assert.ok(output?.data instanceof Float32Array);
              const each = output.data.length / MEDIA;
              return [
                name,
                { data: output.data.slice(index * each, (index + 1) * each), shape: output.dims.slice(1) },
              ];
            }),
          ),
        );
        await fc.assert(
          fc.asyncProperty(prompt, async (short) => {
            const media = encoded.slice(0, short.filter((token) => token === IMAGE).length);
            const counts = media.values();
            const whole = short.flatMap((token) =>
              token === IMAGE
                ? new Array<number>(way.tokensOf(counts.next().value ?? {})).fill(token)
                : [token],
            );
            if (whole.length > TEXT) return;
            const layout = layoutPrefill([whole], { padding: 0, wanted: [[...whole.keys()]] });
            const cache = new KeyValueCache(program.facts.language, { rows: 1, mostLength: layout.text });
            const feeds = mediaFeeds(way.prefill(layout, [media]));
            const { logits: expected } = await read({ ...textFeeds(layout), ...feeds, ...cache.feeds() });
            const padded = BigInt64Array.from({ length: TEXT }, (_, index) => BigInt(whole[index] ?? 0));
            const { logits: found } = await train({
              tokens: new onnxruntime.Tensor('int64', padded, [1, TEXT]),
              pixels: new onnxruntime.Tensor('float32', pictures, [MEDIA, 3, SIDE, SIDE]),
            });
            assert.ok(expected?.data instanceof Float32Array && found?.data instanceof Float32Array);
            assertClose(found.data.subarray(0, whole.length * VOCABULARY), expected.data);
          }),
          {
            numRuns: 25,
            examples: [[[5, IMAGE, IMAGE, 7]], [[IMAGE]], [[3, 4]], [[IMAGE, 4, IMAGE, IMAGE]]],
          },
        );
      }),
    ),
  );
}

describe('the forward pass of training beside the compiled model', () => {
  for (const sees of ['last', 'last-in-a-row', 'all-previous'] as const) {
    it(`is the same under the mask of ${sees}`, async () => {
      const options = {
        vision: vision(),
        resampler: { depth: 1, heads: 2, headDim: 8, latents: 4 },
        language: opt(language),
        crossAttention: { every: 1, heads: 2, headDim: 8 },
      };
      const parts = flamingoParts(options);
      await checkTraining(
        flamingo({ name: 'small', ...options, media: maskedCrossAttention({ sees }) }),
        parts.tree,
        (tokens, features) => interleavedLogits(parts, { tokens, features, imageToken: IMAGE, sees }),
        parts.vision.encode,
      );
    });
  }

  const own = {
    latents: channelGated,
    'keys and values': ({ dim, vision }: CrossAttentionSizes) =>
      keyedChannelGated({ dim, vision, heads: 2, headDim: 8 }),
  };
  for (const [name, block] of Object.entries(own)) {
    it(`is the same with an author's blocks on ${name}`, async () => {
      const options = {
        vision: vision(),
        resampler: learnedQueries({ dim: 16, width: 24, latents: 4 }),
        language: opt(language),
        crossAttention: { every: 1, heads: 2, block },
      };
      const parts = flamingoParts(options);
      await checkTraining(
        flamingo({ name: 'small', ...options, media: maskedCrossAttention({ sees: 'last' }) }),
        parts.tree,
        (tokens, features) => interleavedLogits(parts, { tokens, features, imageToken: IMAGE }),
        parts.vision.encode,
      );
    });
  }

  const connectors = {
    'a perceptron': mlpConnector(),
    'a resampler': resamplerConnector({ latents: 2, depth: 1, heads: 2, headDim: 8 }),
  };
  for (const [name, connector] of Object.entries(connectors)) {
    it(`is the same with features spliced by ${name}`, async () => {
      const options = { vision: vision(), connector, language: gpt2(language) };
      const parts = splicedParts(options);
      await checkTraining(
        spliced({ name: 'small', ...options }),
        parts.tree,
        (tokens, features) => splicedLogits(parts, { tokens, features, imageToken: IMAGE }),
        parts.vision.encode,
      );
    });
  }
});

describe('training a connector between frozen parts', () => {
  const ROWS = 2;
  const PLACES = 4;
  const options: Omit<SplicedOptions, 'name'> = {
    vision: clipVit({ image: 28, patch: 14, dim: 16, layers: 1, heads: 2 }),
    connector: mlpConnector(),
    language: opt({ dim: 16, layers: 1, heads: 2, vocabulary: 261, contextLength: 32 }),
  };
  const parts = splicedParts(options);

  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'connector-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('lowers the loss, leaves the frozen parts as they were, and gives weights that are compiled and asked', async () => {
    const length = PLACES + 3;
    // Two pictures, each with a word of its own: the connector alone can tell the language model which it is.
    const told = task({
      name: 'told',
      inputs: {
        tokens: { dtype: 'int64', shape: [ROWS, length] },
        counted: { dtype: 'bool', shape: [ROWS, length] },
        pixels: { dtype: 'float32', shape: [ROWS, 3, 28, 28] },
      },
      loss: ({ tokens, counted, pixels }) => {
        const features = rearrange(parts.vision.encode(pixels), 'batch places dim -> batch 1 1 places dim');
        return nextTokenLoss(splicedLogits(parts, { tokens, features, imageToken: 256 }), tokens, counted);
      },
      data: {
        batch: () => ({
          tokens: BigInt64Array.from(
            Array.from({ length: ROWS }, (_, row) => [
              ...new Array<number>(PLACES).fill(256),
              58,
              65 + row,
              257,
            ]).flat(),
            BigInt,
          ),
          counted: Uint8Array.from({ length: ROWS * length }, (_, at) => (at % length > PLACES ? 1 : 0)),
          pixels: Float32Array.from({ length: ROWS * 3 * 28 * 28 }, (_, at) =>
            Math.sin(at * (at < 3 * 28 * 28 ? 0.1 : 0.5)),
          ),
        }),
      },
    });
    const program = spliced({ name: 'told', ...options });
    const begun = join(folder, 'begun.safetensors');
    await writeLivelyWeights(begun, program, 3);
    const made = recipe({
      ...{ name: 'connector', steps: 60, parts: parts.tree, tasks: [told] },
      ...{ optimizer: { learningRate: 0.02 }, initialFrom: [{ file: begun }] },
    });
    assert.ok(
      [...made.parameters].every(([name, { trainable }]) => trainable === name.startsWith('connector.')),
    );
    const out = join(folder, 'run');
    await runRecipe(made, out);
    const lines = (await readFile(join(out, 'metrics.jsonl'), 'utf8')).trim().split('\n');
    const losses = lines.map((line): number => JSON.parse(line).loss);
    assert.ok((losses.at(-1) ?? Number.NaN) < (losses[0] ?? 0) - 0.5, losses.join(' '));
    const weights = join(out, 'weights.safetensors');
    const trained = await openSafetensors(weights);

    const directory = join(folder, 'told');
    await compile(program, { out: directory, tokenizer: TOKENIZER, weights: [weights], copyWeights: true });
    const first = await openSafetensors(begun);
    for (const name of program.parameters.keys()) {
      const same = Buffer.from((await trained.readFloat32(name)).buffer).equals(
        Buffer.from((await first.readFloat32(name)).buffer),
      );
      assert.equal(same, !name.startsWith('connector.'), name);
    }
    await using engine = await Engine.open({ directory, verify: true, imageMemory: 2 ** 20, threads: 1 });
    const [answer] = await engine.generate([{ query: { image: picture('dog.jpg'), text: ':' } }], {
      maxNewTokens: 2,
    });
    assert.equal(answer?.tokens.length, 2);
  });
});
