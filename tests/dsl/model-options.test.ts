import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { originalCallSite } from '../../dsl/call-site.ts';
import {
  clipVit,
  flamingo,
  gpt2,
  gptNeox,
  llama,
  ModelError,
  maskedCrossAttention,
  mpt,
  opt,
} from '../../models/index.ts';

/** A size of which the types know nothing. */
const size = (value: number): number => value;

const sizes = { dim: 96, layers: 4, vocabulary: 261, contextLength: 512 };
const vision = clipVit({ image: 56, patch: 14, dim: 64, layers: 2, heads: 4 });
const language = opt({ ...sizes, heads: 4, layers: size(4) });

/** The sentences are those of `author-mistakes.txt`, where the same sizes are literal. */
const REFUSALS: [string, () => unknown][] = [
  [
    'clipVit: heads is 5, which does not divide dim = 64',
    () => clipVit({ image: 56, patch: 14, dim: 64, layers: 2, heads: size(5) }),
  ],
  [
    'clipVit: patch is 15, which does not divide image = 56',
    () => clipVit({ image: 56, patch: size(15), dim: 64, layers: 2, heads: 4 }),
  ],
  ['opt: heads is 5, which does not divide dim = 96', () => opt({ ...sizes, heads: size(5) })],
  ['mpt: heads is 5, which does not divide dim = 96', () => mpt({ ...sizes, heads: size(5) })],
  ['gpt2: heads is 5, which does not divide dim = 96', () => gpt2({ ...sizes, heads: size(5) })],
  ['gptNeox: heads is 5, which does not divide dim = 96', () => gptNeox({ ...sizes, heads: size(5) })],
  [
    'llama: heads is 5, which does not divide dim = 96',
    () => llama({ ...sizes, inner: 256, heads: size(5) }),
  ],
  [
    'llama: keyValueHeads is 3, which does not divide heads = 4',
    () => llama({ ...sizes, inner: 256, heads: 4, keyValueHeads: size(3) }),
  ],
  [
    "flamingo: a block every 5 layers 'from-nth' misses all 4 layers of the language model; use an interval of at most 4",
    () =>
      flamingo({
        name: 'misses',
        convention: 'open-flamingo',
        vision,
        language,
        crossAttention: { every: 5 },
      }),
  ],
];

/** Options that came from elsewhere than the call, of which the types know nothing. */
const elsewhere = (options: object): Record<string, never> => JSON.parse(JSON.stringify(options));

REFUSALS.push(
  [
    'flamingo: precision: language must be float32 or float16 or int8 or int4, but it is int3',
    () =>
      flamingo({
        ...{ name: 'int3', vision, language, crossAttention: { every: 1 } },
        ...elsewhere({ precision: { language: 'int3' } }),
      }),
  ],
  [
    'flamingo: convention must be open-flamingo or paper, but it is papers',
    () =>
      flamingo({
        ...{ name: 'papers', vision, language, crossAttention: { every: 1 } },
        ...elsewhere({ convention: 'papers' }),
      }),
  ],
  [
    'opt: activation must be gelu or gelu-tanh or quick-gelu or relu or silu or squared-relu, but it is gelo',
    () => opt({ ...sizes, heads: 4, ...elsewhere({ activation: 'gelo' }) }),
  ],
  [
    'maskedCrossAttention: sees must be last or last-in-a-row or all-previous, but it is first',
    () => maskedCrossAttention(elsewhere({ sees: 'first' })),
  ],
  [
    "flamingo: resampler has no option 'dept'",
    () =>
      flamingo({
        ...{ name: 'misspelt', vision, language, crossAttention: { every: 1 } },
        ...elsewhere({ resampler: { dept: 2, latents: 16 } }),
      }),
  ],
  [
    "flamingo: precision has no option 'langauge'",
    () =>
      flamingo({
        ...{ name: 'misspelt', vision, language, crossAttention: { every: 1 } },
        ...elsewhere({ precision: { langauge: 'int4', vision: 'float16' } }),
      }),
  ],
  ["mpt has no option 'alibiMax'", () => mpt({ ...sizes, heads: 4, ...elsewhere({ alibiMax: 4 }) })],
  [
    "llama: rotaryScaling has no option 'factr'",
    () =>
      llama({
        ...sizes,
        inner: 256,
        heads: 4,
        ...elsewhere({ rotaryScaling: { kind: 'linear', factr: 2 } }),
      }),
  ],
);

describe("models' options whose sizes are known at run time alone", () => {
  for (const [sentence, use] of REFUSALS) {
    it(sentence, () => {
      assert.throws(use, (error) => {
        assert.ok(error instanceof ModelError, String(error));
        assert.equal(error.sentence, sentence);
        assert.ok(error.callSite !== undefined, 'the author is told where');
        assert.equal(originalCallSite(error.callSite).file, fileURLToPath(import.meta.url));
        return true;
      });
    });
  }

  it('heads of a width of their own need not divide the width of the model', () => {
    assert.equal(llama({ ...sizes, inner: 256, heads: 5, headDim: 16 }).headDim, 16);
  });
});
