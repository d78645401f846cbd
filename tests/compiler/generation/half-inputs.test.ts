import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildProgram } from '../../../compiler/build-program.ts';
import { withHalfInputs } from '../../../compiler/generation/half-inputs.ts';
import { plainNode } from '../../../compiler/onnx/plain-node.ts';
import type { PromptProgram } from '../../../dsl/program/program.ts';
import type { Prompt } from '../../../runtime/prompt/prompt.ts';
import { Engine } from '../../../runtime/worker/engine.ts';
import { SMALL_FAMILIES } from '../../media/small-families.ts';
import { compileLively, SMALL_MODELS } from '../../media/small-models.ts';
import { PROMPTS } from '../../runtime/compiled-model.ts';

/** What the loop of a program's generation carries from turn to turn, by name. */
function carried(program: PromptProgram, target: string): ReadonlyMap<string, string> {
  const { graphs } = buildProgram(program, { target, generation: true });
  const generate = graphs.find(({ name }) => name === 'generate')?.onnx;
  const { body } = generate?.nodes.find(({ type }) => type === 'Loop')?.attributes ?? {};
  assert.ok(typeof body === 'object' && 'graph' in body);
  return new Map(body.graph.inputs.map(({ name, dtype }) => [name.replace('each token ', ''), dtype]));
}

describe('a whole generation in float16', () => {
  for (const [name, make] of Object.entries({ ...SMALL_MODELS, ...SMALL_FAMILIES })) {
    it(`carries its cache, and what is seen of pictures, in float16: ${name}`, () => {
      const floats = /^(past_(key|value)|media_(key|value)|media_latents|image_features)/;
      for (const [target, dtype] of [
        ['cuda', 'float16'],
        ['cpu', 'float32'],
      ] as const)
        for (const [value, found] of carried(make(), target))
          if (floats.test(value)) assert.equal(found, dtype, `${target} ${value}`);
    });
  }

  describe('on the CPU', () => {
    let folder: string;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'half-'));
    });
    after(() => rm(folder, { recursive: true, force: true }));

    for (const name of [
      'packed',
      'masked, all previous pictures',
      'spliced by a resampler',
      'packed, on recurrences and attention',
    ]) {
      it(`writes the tokens of the search step by step: ${name}`, async () => {
        const program = SMALL_MODELS[name]?.();
        assert.ok(program);
        const directory = await compileLively(folder, program, { generation: true, target: 'cuda' });
        const options = { directory, verify: true, imageMemory: 2 ** 24, threads: 1 };
        await using whole = await Engine.open({ ...options, generation: 'graph' });
        await using steps = await Engine.open({ ...options, generation: 'steps' });
        const { 'two examples': two, 'pictures in a row': row, 'no picture': text } = PROMPTS;
        const prompts = [two, row, text].filter((each): each is Prompt => each !== undefined);
        // Longer than what is written in one run where somebody listens, so that a cache comes out and goes in again.
        const asked = { maxNewTokens: 40, temperature: 1.2, seed: 3 };
        for (const options of [{ maxNewTokens: 12 }, asked]) {
          const found = await Promise.all(
            prompts.map((prompt) => whole.generate([prompt], options, { onToken: () => {} })),
          );
          for (const [index, prompt] of prompts.entries()) {
            const [expected] = await steps.generate([prompt], options);
            assert.deepEqual(found[index]?.[0]?.tokens, expected?.tokens, `prompt ${index}`);
          }
        }
      });
    }
  });

  it('leaves what is also read in float32, or made of no half, or of the half of another', () => {
    const cast = (from: string, to: string, type: 'float16' | 'float32') =>
      plainNode('Cast', [[from, type === 'float16' ? 'float32' : 'float16']], [to], { to: { type } });
    const port = (name: string) => ({ name, dtype: 'float32', shape: ['batch', 1, 'past', 1] }) as const;
    const names = ['both', 'past_key.0', 'past_value.0', 'past_key.1', 'past_value.1', 'seen'];
    const graph = withHalfInputs({
      name: 'language',
      inputs: names.map(port),
      outputs: ['new_key.0', 'new_value.0', 'new_key.1', 'new_value.1'].map(port),
      constants: [],
      parameters: [],
      nodes: [
        cast('both', 'half of both', 'float16'),
        plainNode('Neg', ['both'], ['read']),
        ...names.slice(1).map((name) => cast(name, `half of ${name}`, 'float16')),
        plainNode('Neg', [['half of seen', 'float16']], ['made']),
        plainNode('Neg', [['half of past_key.0', 'float16']], ['other']),
        cast('made', 'new_key.0', 'float32'),
        cast('made', 'new_value.0', 'float32'),
        plainNode('Neg', ['read'], ['new_key.1']),
        cast('other', 'new_value.1', 'float32'),
        plainNode('Neg', ['new_value.1'], ['read again']),
      ],
    });
    const halves = [...graph.inputs, ...graph.outputs].filter(({ dtype }) => dtype === 'float16');
    assert.deepEqual(
      halves.map(({ name }) => name),
      ['past_key.0', 'seen', 'new_key.0'],
    );
    const text = graph.nodes.map(({ type, inputs, outputs }) => `${type} ${inputs.join()} ${outputs.join()}`);
    assert.ok(
      text.includes('Neg seen new_key.0') && text.includes('Cast new_key.0 new_value.0'),
      text.join('\n'),
    );
    assert.ok(text.includes('Cast both half of both') && text.includes('Cast past_key.1 half of past_key.1'));
  });
});
