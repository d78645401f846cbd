import assert from 'node:assert/strict';
import { ModelError } from '../../dsl/index.ts';
import { ideficsFromConfig } from '../../models/idefics/config.ts';
import { idefics } from '../../models/idefics/idefics.ts';
import { checkJoinedModel } from './joined-model.ts';
import { openReference, sectionOf, tensorsUnder } from './reference.ts';

/** Small random models of the original class, with its own config and key names. */
const REFERENCES: Readonly<Record<string, string>> = {
  idefics: 'a resampler, gates for every channel, norms of queries and keys, a head of its own',
  'idefics-plain': 'every feature of the vision encoder, scalar gates, a tied head',
};

describe("Idefics against transformers' IdeficsForVisionText2Text", () => {
  for (const [reference, options] of Object.entries(REFERENCES)) {
    for (const fusion of [true, false]) {
      for (const side of ['right', 'left'] as const) {
        it(`agrees in latents, prefill and cached decode, padded ${side}, fusion ${fusion ? 'on' : 'off'}: ${options}`, async () => {
          const file = await openReference(`${reference}.safetensors`);
          const program = idefics({ name: reference, ...ideficsFromConfig(sectionOf(file, 'model')) });
          await checkJoinedModel(program, file, [tensorsUnder(file, 'weights.')], { fusion, side });
        });
      }
    }
  }

  const vision = { image: 14, patch: 7, dim: 8, layers: 1, heads: 1 };
  const language = { dim: 8, layers: 80, heads: 1, inner: 8, vocabulary: 10, contextLength: 16 };

  it('has 12 blocks before every seventh of 80 layers, though 7 does not divide 80', () => {
    const { parameters, facts } = idefics({ name: 'small', vision, language, crossAttention: { every: 7 } });
    assert.equal(facts.media.layers, 12);
    const layers = [...parameters.keys()].flatMap(
      (name) => /^cross_attention\.(\d+)\.alpha_dense$/.exec(name)?.[1] ?? [],
    );
    assert.deepEqual(layers.map(Number), [0, 7, 14, 21, 28, 35, 42, 49, 56, 63, 70, 77]);
  });

  it('trains the new layers and the embeddings of the additional tokens alone', () => {
    const { parameters } = idefics({
      name: 'small',
      vision,
      language: { ...language, layers: 1, additionalTokens: 2 },
      resampler: { depth: 1, heads: 1, headDim: 8, latents: 2 },
      crossAttention: { every: 1 },
    });
    for (const [name, { trainable }] of parameters) {
      assert.equal(trainable, /^(perceiver|cross_attention|language\.additional_)/.test(name), name);
    }
  });

  it('refuses an interval that is no whole number from 1 on', () => {
    for (const every of [0, 1.5]) {
      assert.throws(
        () => idefics({ name: 'small', vision, language, crossAttention: { every } }),
        ModelError,
      );
    }
  });
});
