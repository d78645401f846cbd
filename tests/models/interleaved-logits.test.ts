import * as fc from 'fast-check';
import { rearrange } from '../../dsl/einops/rearrange.ts';
import type { Graph } from '../../dsl/graph.ts';
import { input } from '../../dsl/input.ts';
import { nameParameters } from '../../dsl/program/naming.ts';
import { clipVit } from '../../models/clip/clip-vit.ts';
import { flamingo } from '../../models/flamingo/flamingo.ts';
import { flamingoParts } from '../../models/flamingo/flamingo-parts.ts';
import { interleavedLogits } from '../../models/flamingo/interleaved-logits.ts';
import { opt } from '../../models/opt/opt.ts';
import { KeyValueCache } from '../../runtime/generate/cache/key-value-cache.ts';
import * as onnxruntime from '../../runtime/onnx-runtime.ts';
import { reinitialised } from '../support/reinitialised.ts';
import { type Feeds, withGraph } from '../support/run-program.ts';
import { assertClose } from './close.ts';
import { layoutFeeds, packedPrefill } from './language-feeds.ts';

const VOCABULARY = 20;
const IMAGE = 19;
const MEDIA = 3;
const TEXT = 8;
const SIDE = 8;

const options = () => ({
  vision: clipVit({ image: SIDE, patch: 4, dim: 16, layers: 1, heads: 2 }),
  resampler: { depth: 1, heads: 2, headDim: 8, latents: 4 },
  language: opt({ dim: 16, layers: 2, heads: 2, vocabulary: VOCABULARY, contextLength: 16 }),
  crossAttention: { every: 1, heads: 2, headDim: 8 },
});

const text = fc.integer({ min: 1, max: IMAGE - 1 });
const pieces = fc.array(
  fc.oneof({ weight: 3, arbitrary: text }, { weight: 1, arbitrary: fc.constant(IMAGE) }),
  {
    minLength: 1,
    maxLength: TEXT,
  },
);
const prompt = pieces.filter((tokens) => tokens.filter((token) => token === IMAGE).length <= MEDIA);

describe('the forward pass that training reads', () => {
  it('gives the logits of the compiled model, for any interleaving, with the same weights', async () => {
    const program = flamingo({ name: 'small', ...options() });
    const parts = flamingoParts(options());
    const named = { ...nameParameters(parts.tree), checkpointNames: [] };
    // Gates start at zero and would hide the blocks; values are drawn by seed and name, so both models have the same.
    const open = (graph: Graph): Graph => reinitialised(graph, /_gate$/, 0.7);
    const tokens = input('tokens', 'int64', [1, TEXT]);
    const pixels = input('pixels', 'float32', [MEDIA, 3, SIDE, SIDE]);
    const features = rearrange(parts.vision.encode(pixels), 'media places dim -> 1 media 1 places dim');
    const logits = interleavedLogits(parts, { tokens, features, imageToken: IMAGE });
    const training = named.place({ name: 'training', inputs: { tokens, pixels }, outputs: { logits } });
    const weights = { parameters: named.parameters, aliases: named.aliases, checkpointNames: [] };
    const pictures = Float32Array.from({ length: MEDIA * 3 * SIDE * SIDE }, (_, index) =>
      Math.sin(index * 0.37),
    );

    await withGraph(open(program.graphs.vision), program, [], {}, (see) =>
      withGraph(open(program.graphs.language), program, [], {}, (read) =>
        withGraph(open(training), weights, [], {}, (train) =>
          fc.assert(
            fc.asyncProperty(prompt, async (tokens) => {
              const layout = packedPrefill([tokens], {
                image: IMAGE,
                padding: 0,
                wanted: [[...tokens.keys()]],
              });
              const side = [layout.rows, 1, 3, SIDE, SIDE];
              const size = layout.rows * 3 * SIDE * SIDE;
              const seen = await see({
                pixels: new onnxruntime.Tensor('float32', pictures.slice(0, size), side),
              });
              const cache = new KeyValueCache(program.facts.language, { rows: 1, mostLength: layout.text });
              const { logits: expected } = await read({
                ...layoutFeeds(layout),
                ...media(seen),
                ...cache.feeds(),
              });
              const padded = BigInt64Array.from({ length: TEXT }, (_, index) => BigInt(tokens[index] ?? 0));
              const { logits: found } = await train({
                tokens: new onnxruntime.Tensor('int64', padded, [1, TEXT]),
                pixels: new onnxruntime.Tensor('float32', pictures, [MEDIA, 3, SIDE, SIDE]),
              });
              if (!(expected?.data instanceof Float32Array && found?.data instanceof Float32Array))
                throw new Error('no logits');
              assertClose(found.data.subarray(0, tokens.length * VOCABULARY), expected.data);
            }),
            { numRuns: 30, examples: [[[5, IMAGE, IMAGE, 7]], [[IMAGE]], [[3, 4]]] },
          ),
        ),
      ),
    );
  });
});

function media(seen: Feeds): Feeds {
  return Object.fromEntries(Object.entries(seen).filter(([name]) => name.startsWith('media_')));
}
