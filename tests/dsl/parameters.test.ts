import assert from 'node:assert/strict';
import { mean, standardDeviation } from 'simple-statistics';
import { initialValues } from '../../compiler/weights/store/initialise.ts';
import {
  block,
  embedding,
  frozen,
  layerNorm,
  linear,
  ModelError,
  nameParameters,
  normal,
  ones,
  parameter,
  uniform,
  zeros,
} from '../../dsl/index.ts';
import tiny from '../../models/presets/tiny.ts';

const attention = block('Attention', {
  sizes: ['dim'],
  takes: ['batch text dim'],
  gives: 'batch text dim',
  parts: ({ dim }) => ({ norm: layerNorm(dim), to_q: linear(dim, dim, { bias: false }) }),
  forward: ({ parts }, x) => parts.to_q(parts.norm(x)),
});

describe('parameters', () => {
  it('are named by their place: blocks, arrays and objects', () => {
    const { parameters } = nameParameters({
      perceiver: { latents: parameter([4, 8]), layers: [{ attn: attention({ dim: 8 }) }] },
    });
    assert.deepEqual(
      [...parameters.keys()],
      [
        'perceiver.latents',
        'perceiver.layers.0.attn.norm.weight',
        'perceiver.layers.0.attn.norm.bias',
        'perceiver.layers.0.attn.to_q.weight',
      ],
    );
  });

  it('that are tied are one, under the first name; the others are aliases', () => {
    const words = embedding(10, 8);
    const { parameters, aliases } = nameParameters({
      embed: words,
      head: words.parts,
      again: { deep: [words] },
    });
    assert.deepEqual([...parameters.keys()], ['embed.weight']);
    assert.deepEqual(
      [...aliases],
      [
        ['head.weight', 'embed.weight'],
        ['again.deep.0.weight', 'embed.weight'],
      ],
    );
    assert.equal(parameters.get('embed.weight')?.leaf, words.parts.weight.source.parameter);
  });

  it('are trainable until they are frozen, by themselves or with all that they are part of', () => {
    const { parameters } = nameParameters({
      vision: frozen(attention({ dim: 8 })),
      gate: parameter([1], zeros),
      fixed: frozen(parameter([1], zeros)),
    });
    assert.deepEqual(
      [...parameters].map(([name, { trainable }]) => [name, trainable]),
      [
        ['vision.norm.weight', false],
        ['vision.norm.bias', false],
        ['vision.to_q.weight', false],
        ['gate', true],
        ['fixed', false],
      ],
    );
  });

  it('start as declared: a Flamingo trains its new layers alone, behind gates of exactly 0', () => {
    for (const [name, info] of tiny.parameters) {
      assert.equal(info.trainable, /^(perceiver|cross_attention)\./.test(name), name);
      if (/(attn|ff)_gate$/.test(name)) assert.deepEqual([...initialValues(info, 3)], [0], name);
    }
    assert.ok([...tiny.parameters.keys()].some((name) => name.endsWith('.attn_gate')));
  });

  it('are drawn from a seed and their name: the same again, others for another seed or name', () => {
    const { parameters } = nameParameters({
      gain: parameter([8], ones),
      wide: parameter([64, 64], normal(0.5)),
      even: parameter([64, 64], uniform(0.25)),
      other: parameter([64, 64], normal(0.5)),
    });
    const draw = (name: string, seed: number) => {
      const info = parameters.get(name);
      assert.ok(info !== undefined);
      return [...initialValues(info, seed)];
    };
    assert.deepEqual(draw('gain', 0), Array(8).fill(1));
    assert.deepEqual(draw('wide', 7), draw('wide', 7));
    assert.notDeepEqual(draw('wide', 7), draw('wide', 8));
    assert.notDeepEqual(draw('wide', 7), draw('other', 7));
    assert.ok(Math.abs(mean(draw('wide', 7))) < 0.03);
    assert.ok(Math.abs(standardDeviation(draw('wide', 7)) - 0.5) < 0.03);
    const even = draw('even', 7);
    assert.ok(Math.max(...even) <= 0.25 && Math.min(...even) >= -0.25);
    assert.ok(Math.abs(standardDeviation(even) - 0.25 / Math.sqrt(3)) < 0.01);
  });

  it('have whole sizes from 1 on', () => {
    const refused = {
      name: 'ModelError',
      sentence: 'parameter: sizes must be whole numbers from 1 on, but [4, 0.5] has 0.5',
    };
    assert.throws(() => parameter([4, 0.5]), refused);
    assert.throws(() => parameter([4, 0]), ModelError);
  });
});
