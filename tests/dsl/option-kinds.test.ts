import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as models from '../../models/index.ts';
import { ModelError } from '../../models/index.ts';
import { normFreeResnet } from '../../models/nfnet/norm-free-resnet.ts';

type Options = Readonly<Record<string, unknown>>;

const vision = models.clipVit({ image: 28, patch: 14, dim: 32, layers: 1, heads: 4 });
const language = models.opt({ dim: 48, layers: 2, heads: 4, vocabulary: 261, contextLength: 64 });
const text = { dim: 48, layers: 1, heads: 4, inner: 96, vocabulary: 261, contextLength: 64, tiedHead: true };
const channels = models.input('pixels', 'float32', ['images', 8, 28, 28]);

/**
 * Makers as an author calls them whose types are off, each with options that fit. Those of several kinds (a kernel's sizes,
 * `heads` of an operator) are looked at where they are used.
 */
const MAKERS: Readonly<Record<string, readonly [make: (options: never) => unknown, options: Options]>> = {
  flamingo: [
    models.flamingo,
    {
      ...{ name: 'all', convention: 'paper', vision, language, expansion: 2, longestVideo: 2 },
      resampler: { depth: 1, heads: 2, headDim: 8, latents: 4, finalNorm: true, maxFrames: 2 },
      crossAttention: { every: 1, insertion: 'from-first', heads: 2, headDim: 8 },
      activation: 'gelu',
      precision: { vision: 'float16', resampler: 'float32', language: 'int8', crossAttention: 'int4' },
      tokens: { image: '<image>', padding: '<PAD>', beginningInText: false, eosTokens: ['</s>'] },
    },
  ],
  spliced: [
    models.spliced,
    {
      ...{ name: 'all', vision, connector: models.mlpConnector(), language, longestVideo: 2, tiles: 2 },
      ...{
        tileGrid: 'nearest',
        pictureText: { alone: '{image}', tile: '{image}', afterRow: ';', whole: '{image}' },
      },
      dialogue: { assistant: 'A', spaceBeforeImages: false, userTurnsEnd: true, tuned: true },
    },
  ],
  mlpConnector: [models.mlpConnector, { depth: 2, activation: 'gelu' }],
  pixelShuffleConnector: [models.pixelShuffleConnector, { scale: 2 }],
  resamplerConnector: [
    models.resamplerConnector,
    { latents: 4, depth: 1, heads: 2, headDim: 8, activation: 'gelu', maxFrames: 2 },
  ],
  languageModel: [models.languageModel, { name: 'all', language }],
  clipVit: [
    models.clipVit,
    {
      ...{ image: 28, patch: 14, dim: 32, layers: 1, heads: 4, inner: 64 },
      ...{ activation: 'gelu', classToken: true, resize: 'stretch' },
    },
  ],
  nfnet: [
    models.nfnet,
    { image: 32, depths: [1, 1, 1, 1], widths: [16, 16, 16, 16], stem: 16, groupSize: 8, features: 'stages' },
  ],
  normFreeResnet: [normFreeResnet, { image: 16, widths: [8, 8], depths: [1, 0] }],
  opt: [models.opt, { ...text, activation: 'relu', embeddingDim: 32, normFirst: true }],
  gpt2: [models.gpt2, { ...text, activation: 'gelu', epsilon: 1e-5, scale: 0.5, scaleByLayer: true }],
  gptNeox: [
    models.gptNeox,
    {
      ...text,
      rotaryShare: 0.5,
      rotaryBase: 10000,
      parallelResidual: true,
      epsilon: 1e-5,
      rotaryTables: 'float16',
    },
  ],
  llama: [
    models.llama,
    {
      ...{ ...text, keyValueHeads: 2, headDim: 12, rotaryBase: 10000, epsilon: 1e-6, additionalTokens: 0 },
      ...{ attentionBias: true, feedForwardBias: false, rotaryScaling: { kind: 'linear', factor: 2 } },
    },
  ],
  mpt: [models.mpt, { ...text, alibiBiasMax: 8, queryKeyNorm: true, clip: 6, scale: 0.5, logitScale: 1 }],
  PerceiverResampler: [
    models.perceiverResampler,
    {
      ...{ dim: 32, heads: 2, headDim: 16, latents: 4, inner: 64, depth: 1 },
      ...{ activation: 'gelu', maxFrames: 2, maxMedia: 2, finalNorm: true },
    },
  ],
  GatedCrossAttention: [
    models.gatedCrossAttention,
    { dim: 48, vision: 32, heads: 2, headDim: 16, inner: 96, activation: 'gelu' },
  ],
  FeedForward: [models.feedForward, { dim: 48, inner: 96, activation: 'gelu' }],
  linear: [(options: never) => models.linear(4, 8, options), { bias: true }],
  layerNorm: [(options: never) => models.layerNorm(4, options), { epsilon: 1e-5, bias: true }],
  rmsNorm: [(options: never) => models.rmsNorm(4, options), { epsilon: 1e-5 }],
  groupNorm: [(options: never) => models.groupNorm(2, 8, options), { epsilon: 1e-5 }],
  batchNorm: [(options: never) => models.batchNorm(8, options), { epsilon: 1e-5, momentum: 0.1 }],
  conv2d: [
    (options: never) => models.conv2dLayer(8, 8, options)(channels),
    { kernel: 3, stride: 1, padding: 1, dilation: 1, groups: 2, bias: true },
  ],
};

/** Values of every kind that options have, and some that none has. */
const VALUES: readonly unknown[] = [7, 0, -1, 1.5, Number.NaN, true, 'two', '2', null, [1, 2], ['a'], [], {}];

/** An option by its place, with what stands there. */
function optionsIn(
  options: Options,
  before: readonly string[] = [],
): readonly (readonly [readonly string[], unknown])[] {
  return Object.entries(options).flatMap(([name, value]) => {
    const place = [...before, name];
    return isGroup(value) ? optionsIn(value, place) : [[place, value] as const];
  });
}

/** Options within options; an encoder or a language model has functions. */
const isGroup = (value: unknown): value is Options =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !Object.values(value).some((each) => typeof each === 'function');

const kindOf = (value: unknown): string =>
  Array.isArray(value) ? `list of ${typeof value[0]}` : value === null ? 'null' : typeof value;

function replaced(options: Options, [name = '', ...rest]: readonly string[], value: unknown): Options {
  const old = options[name];
  return { ...options, [name]: isGroup(old) ? replaced(old, rest, value) : value };
}

/** What an option may be beside the kind of what stands there in `MAKERS`. */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  'tokens.image': ['null'],
  ...{ kernel: ['list of number'], stride: ['list of number'], dilation: ['list of number'] },
  padding: ['list of number', 'list of object'],
};

describe('a value of another kind than an option has', () => {
  const cases = new Map(
    Object.entries(MAKERS).flatMap(([name, [make, options]]) =>
      optionsIn(options).map(
        ([place, value]) => [`${name} ${place.join('.')}`, { name, make, options, place, value }] as const,
      ),
    ),
  );

  it('is not there where all fit', () => {
    for (const [name, [make, options]] of Object.entries(MAKERS))
      assert.doesNotThrow(() => make(options as never), name);
  });

  it('is refused when building, by the name of the option', () => {
    const other = fc.oneof(fc.constantFrom(...VALUES), fc.anything());
    fc.assert(
      fc.property(fc.constantFrom(...cases.keys()), other, (label, wrong) => {
        const one = cases.get(label);
        assert.ok(one);
        const { name, make, options, place, value } = one;
        const fits = [kindOf(value), 'undefined', 'list of undefined', ...(ALSO[place.join('.')] ?? [])];
        fc.pre(!fits.includes(kindOf(wrong)));
        assert.throws(
          () => make(replaced(options, place, wrong) as never),
          (error) =>
            error instanceof ModelError &&
            error.sentence.startsWith(name) &&
            error.sentence.includes(place.at(-1) ?? ''),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('is told from one that looks the same', () => {
    assert.throws(
      () => models.mlpConnector(JSON.parse('{"depth":"2"}')),
      /mlpConnector: depth must be a whole number from 1 on, but it is the text '2'/,
    );
  });
});
