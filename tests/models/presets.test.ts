import assert from 'node:assert/strict';
import type { Program } from '../../dsl/program/program.ts';
import flamingo3b from '../../models/presets/flamingo-3b.ts';
import flamingo80b from '../../models/presets/flamingo-80b.ts';
import idefics9b from '../../models/presets/idefics-9b.ts';
import idefics80b from '../../models/presets/idefics-80b.ts';
import openFlamingo3b from '../../models/presets/open-flamingo-3b.ts';
import openFlamingo3bInstruct from '../../models/presets/open-flamingo-3b-instruct.ts';
import openFlamingo4b from '../../models/presets/open-flamingo-4b.ts';
import openFlamingo4bInstruct from '../../models/presets/open-flamingo-4b-instruct.ts';
import openFlamingo9b from '../../models/presets/open-flamingo-9b.ts';

/** Values of all parameters that `counts` says yes to. */
function parameterCount(program: Program, counts: (name: string, trainable: boolean) => boolean): number {
  let count = 0;
  for (const [name, { shape, trainable }] of program.parameters) {
    if (counts(name, trainable)) count += shape.reduce((product, size) => product * size, 1);
  }
  return count;
}

describe('presets', () => {
  // open_flamingo's `PerceiverResampler(dim=1024)`, its `GatedCrossAttentionBlock`s and the embeddings of 50,280 tokens:
  // what its factory prints as "Flamingo model initialized with ... trainable parameters".
  for (const [program, printed] of [
    [openFlamingo3b, 1_046_992_944],
    [openFlamingo4b, 1_089_480_736],
    [openFlamingo9b, 1_384_781_840],
  ] as const) {
    it(`${program.name} has the trainable parameters that open_flamingo counts`, () => {
      const embeddings = ['language.wte.weight', 'language.embed_in.weight'];
      assert.equal(
        parameterCount(program, (name, trainable) => trainable || embeddings.includes(name)),
        printed,
      );
    });
  }

  it('the instruct models have the shapes of those that they come from', () => {
    for (const [instruct, base] of [
      [openFlamingo3bInstruct, openFlamingo3b],
      [openFlamingo4bInstruct, openFlamingo4b],
    ] as const) {
      const shapes = (program: Program) => [...program.parameters].map(([name, { shape }]) => [name, shape]);
      assert.deepEqual(shapes(instruct), shapes(base));
      assert.notEqual(instruct.name, base.name);
    }
  });

  it("the paper's sizes see a grid of 10x10 features of NFNet-F6", () => {
    for (const program of [flamingo3b, flamingo80b]) {
      assert.equal(program.facts.image.size, 320);
      // Brock et al. 2021, table 6: 438.4 million, of which the classifier and the convolution before it are not used.
      const encoder = parameterCount(program, (name) => name.startsWith('vision.'));
      assert.ok(encoder > 430e6 && encoder < 438.4e6, String(encoder));
      const { shape } = program.parameters.get('perceiver.frame_embs') ?? {};
      assert.deepEqual(shape, [8, 1536]);
    }
  });

  it("Idefics' sizes are what their names say", () => {
    for (const [program, billions] of [
      [idefics9b, 9],
      [idefics80b, 80],
    ] as const) {
      assert.equal(Math.round(parameterCount(program, () => true) / 1e9), billions);
    }
  });
});
