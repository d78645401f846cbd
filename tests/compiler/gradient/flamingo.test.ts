import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import onnxProto from 'onnx-proto';
import { compileGraph } from '../../../compiler/compile-graph.ts';
import { type GradientOptions, gradients } from '../../../compiler/gradient/gradients.ts';
import { storedParameter } from '../../../compiler/stored-parameter.ts';
import { operatorCounts, parametersOf } from '../../../dsl/graph.ts';
import { constant, type Graph, nameParameters, rearrange, scalar } from '../../../dsl/index.ts';
import { input } from '../../../dsl/input.ts';
import { parameterTensor } from '../../../dsl/parameter.ts';
import { clipVit } from '../../../models/clip/clip-vit.ts';
import { flamingoParts } from '../../../models/flamingo/flamingo-parts.ts';
import { interleavedLogits } from '../../../models/flamingo/interleaved-logits.ts';
import { nextTokenLoss } from '../../../models/losses/index.ts';
import { opt } from '../../../models/opt/opt.ts';
import * as onnxruntime from '../../../runtime/onnx-runtime.ts';
import { assertClose } from '../../models/close.ts';
import { reinitialised } from '../../support/reinitialised.ts';
import { type Feeds, type Weights, withGraph } from '../../support/run-program.ts';

const [IMAGE, MEDIA, TEXT, SIDE] = [19, 2, 7, 8];

/** The loss of a small Flamingo on two rows, and the gradients of what is trained, named as `gradient.NAME`. */
function trainingGraph(options: GradientOptions = {}) {
  const parts = flamingoParts({
    vision: clipVit({ image: SIDE, patch: 4, dim: 16, layers: 1, heads: 2 }),
    resampler: { depth: 1, heads: 2, headDim: 8, latents: 4 },
    language: opt({ dim: 16, layers: 2, heads: 2, vocabulary: 20, contextLength: 16 }),
    crossAttention: { every: 1, heads: 2, headDim: 8 },
  });
  const named = nameParameters(parts.tree);
  const tokens = input('tokens', 'int64', [2, TEXT]);
  const pixels = input('pixels', 'float32', [2 * MEDIA, 3, SIDE, SIDE]);
  const encoded = parts.vision.encode(pixels);
  const features = rearrange(encoded, '(batch media) places dim -> batch media 1 places dim', {
    media: MEDIA,
  });
  const logits = interleavedLogits(parts, { tokens, features, imageToken: IMAGE });
  const counted = constant(
    Array.from({ length: 2 * TEXT }, (_, place) => (place % 3 === 0 ? 0 : 1)),
    [2, TEXT],
  );
  const inputs = { tokens, pixels };
  const traced = { name: 'training', inputs, outputs: { loss: nextTokenLoss(logits, tokens, counted) } };
  const { loss } = named.place(traced).outputs;
  assert.ok(loss !== undefined);
  const trained = new Map([...named.parameters].filter(([, { trainable }]) => trainable));
  const of = [pixels, ...[...trained.values()].map(parameterTensor)];
  const found = gradients([{ output: loss, cotangent: scalar(1) }], of, options);
  const names = ['pixels', ...trained.keys()];
  const outputs = found.map((tensor, index) => [`gradient.${names[index]}`, tensor] as const);
  const placed = { ...traced, outputs: { loss, ...Object.fromEntries(outputs) } };
  // Gates start at zero and would hide what lies behind them.
  const graph = reinitialised(placed, /_gate$/, 0.7);
  const { parameters, aliases } = named;
  return { graph, trained, weights: { parameters, aliases, checkpointNames: [] } };
}

function feeds(step = 0): Feeds {
  const rows = [5, IMAGE, 7, 8, IMAGE, 2, 3, IMAGE, 4, 4, 9, IMAGE, IMAGE, 1];
  const pixels = Float32Array.from({ length: 2 * MEDIA * 3 * SIDE * SIDE }, (_, place) =>
    Math.sin(place * 0.37),
  );
  return {
    tokens: new onnxruntime.Tensor('int64', BigInt64Array.from(rows, BigInt), [2, TEXT]),
    pixels: new onnxruntime.Tensor(
      'float32',
      pixels.map((value, place) => value + step * direction(place)),
      [2 * MEDIA, 3, SIDE, SIDE],
    ),
  };
}

const direction = (place: number) => Math.cos(place * 1.3);

function values(tensor: onnxruntime.Tensor | undefined): Float32Array {
  if (!(tensor?.data instanceof Float32Array)) throw new Error('no float32 result');
  return tensor.data;
}

/** How often ONNX Runtime runs an operator, once it has rewritten the compiled graph for itself. */
async function runtimeCount(type: string, graph: Graph, weights: Weights): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'flamingo-'));
  try {
    const path = join(folder, 'optimised.onnx');
    await withGraph(graph, weights, [], { session: { optimizedModelFilePath: path } }, async () => {});
    const { graph: optimised } = onnxProto.onnx.ModelProto.decode(await readFile(path));
    return (optimised?.node ?? []).filter(({ opType }) => opType === type).length;
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('the gradients of a whole Flamingo', () => {
  const { graph, weights, trained } = trainingGraph();

  it('are the same with fused operators and with plain ones, and none is zero', async () => {
    const run = (fusion: boolean) =>
      withGraph(graph, weights, [], { fusion }, (evaluate) => evaluate(feeds()));
    const [fused, plain] = [await run(true), await run(false)];
    assert.equal(Object.keys(plain).length, trained.size + 2);
    for (const name of Object.keys(plain)) {
      const expected = values(plain[name]);
      assertClose(values(fused[name]), expected);
      assert.ok(
        expected.some((value) => value !== 0),
        `${name} is zero`,
      );
    }
  });

  it('rise as central differences do, through the frozen language model and the frozen vision encoder', async () => {
    await withGraph(graph, weights, [], {}, async (evaluate) => {
      const gradient = values((await evaluate(feeds()))['gradient.pixels']);
      const actual = gradient.reduce((sum, value, place) => sum + value * direction(place), 0);
      const loss = async (step: number) => values((await evaluate(feeds(step))).loss)[0] ?? Number.NaN;
      const slope = async (step: number) => ((await loss(step)) - (await loss(-step))) / (2 * step);
      const expected = (4 * (await slope(0.1)) - (await slope(0.2))) / 3;
      assert.ok(Math.abs(actual - expected) <= 5e-3 * Math.abs(expected), `${actual}, expected ${expected}`);
    });
  });

  it('take nothing from the frozen parts but what leads to what is trained', () => {
    const { 'gradient.pixels': _pixels, ...outputs } = graph.outputs;
    const forward = operatorCounts({ ...graph, outputs: { loss: outputs.loss ?? scalar(0) } });
    const both = operatorCounts({ ...graph, outputs });
    // The vision encoder is not differentiated: its convolution is the forward one, and nothing runs it backwards.
    assert.equal(both.get('conv'), forward.get('conv'));
    assert.equal(both.get('convTranspose'), undefined);
    // The loss picks the tokens' log-probabilities; the frozen embeddings' rows get no gradient.
    assert.equal(both.get('scatterAdd'), 1);
    assert.deepEqual(
      parametersOf({ ...graph, outputs })
        .map(({ source }) => storedParameter(source.parameter).name)
        .sort(),
      parametersOf({ ...graph, outputs: { loss: graph.outputs.loss ?? scalar(0) } })
        .map(({ source }) => storedParameter(source.parameter).name)
        .sort(),
    );
  });

  it('are the same when blocks are computed again in the backward pass, and they are', async () => {
    const again = trainingGraph({
      recompute: (scope) => /^layers\.\d+$|^language\.layers\.\d+$/.test(scope.join('.')),
    });
    const norms = (each: Graph) => operatorCounts(each).get('layerNormalize') ?? 0;
    // Two norms in each of the two layers of the language model; neither merging here nor ONNX Runtime's undoes them.
    assert.equal(norms(again.graph) - norms(graph), 4);
    const compiled = (each: Graph) => compileGraph(each).report.after.get('layerNormalize') ?? 0;
    assert.equal(compiled(again.graph) - compiled(graph), 4);
    const normsRun = (each: typeof again) => runtimeCount('LayerNormalization', each.graph, each.weights);
    assert.equal((await normsRun(again)) - (await normsRun({ graph, weights, trained })), 4);
    const run = (each: typeof again) =>
      withGraph(each.graph, each.weights, [], {}, (evaluate) => evaluate(feeds()));
    const [kept, computed] = [await run({ graph, weights, trained }), await run(again)];
    for (const name of Object.keys(kept)) assert.deepEqual(values(computed[name]), values(kept[name]));
  });
});
