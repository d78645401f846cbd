import assert from 'node:assert/strict';
import { spellings } from '../../compiler/weights/match/checkpoint-names.ts';
import { nameParameters } from '../../dsl/index.ts';
import { mistral } from '../../models/mistral/mistral.ts';

const SIZES = { dim: 8, layers: 1, heads: 2, inner: 12, vocabulary: 10, contextLength: 16 } as const;

const namesOf = (tiedHead: boolean, name: string): readonly string[] => {
  const language = mistral({ ...SIZES, tiedHead });
  const { parameters, aliases } = nameParameters({ language: language.parts });
  assert.ok(parameters.has(name), name);
  return spellings({ aliases, checkpointNames: language.checkpointNames }, name).map((each) => each.name);
};

describe("the names of a decoder of LLaMA's kind in files of others", () => {
  it('are found alone, below a head, and within models that see', () => {
    const names = namesOf(false, 'language.layers.0.self_attn.q_proj.weight');
    for (const prefix of ['', 'model.', 'language_model.model.', 'model.language_model.'])
      assert.ok(names.includes(`${prefix}layers.0.self_attn.q_proj.weight`), prefix);
  });

  it('have the head for the embeddings where it is tied', () => {
    const head = ['lm_head.weight', 'language_model.lm_head.weight'];
    for (const name of head) {
      assert.ok(namesOf(false, 'language.lm_head.weight').includes(name));
      assert.ok(namesOf(true, 'language.embed_tokens.weight').includes(name));
    }
  });
});
