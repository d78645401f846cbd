import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSafetensors } from '../../artifact/weights/safetensors.ts';
import { compile } from '../../compiler/compile.ts';
import { compileGraph } from '../../compiler/compile-graph.ts';
import { loadModel } from '../../compiler/frontend/load-model.ts';
import { fallbacksOf } from '../../compiler/target/fallbacks.ts';
import { targetOf } from '../../compiler/target/target.ts';
import { loadGraph } from '../../runtime/graph.ts';
import type { Prompt } from '../../runtime/prompt/prompt.ts';
import { Engine } from '../../runtime/worker/engine.ts';
import { assertClose } from '../models/close.ts';
import { feed } from '../models/reference.ts';
import { TOKENIZER } from '../runtime/compiled-model.ts';
import { withGraph } from '../support/run-program.ts';
import { compiledExample, EXAMPLES, expectedOf, weightsOf } from './example.ts';

const [BATCH, TEXT, WIDTH] = [2, 9, 12];

describe('the example gated-recurrence', () => {
  for (const calls of [[9], [4, 5], [6, 1, 1, 1], Array<number>(9).fill(1), [0, 9]]) {
    it(`gives the same in calls of ${calls.join(', ')} tokens, each on the state of the one before`, async () => {
      const expected = await expectedOf('gated-recurrence');
      const artifact = await compiledExample('gated-recurrence');
      await using recurrence = await loadGraph(artifact, { threads: 1 });
      const x = await expected.readFloat32('x');
      const positions = await expected.read('positions');
      if (!(positions instanceof BigInt64Array)) throw new Error('positions are int64');
      const whole = await expected.readFloat32('y');
      let state = await expected.readFloat32('state');
      let start = 0;
      for (const text of calls) {
        const outputs = await recurrence.run({
          x: { data: Float32Array.from(columns(x, start, text, WIDTH)), shape: [BATCH, text, WIDTH] },
          positions: { data: BigInt64Array.from(columns(positions, start, text, 1)), shape: [BATCH, text] },
          state: { data: state, shape: [BATCH, WIDTH] },
        });
        const { y, next_state } = outputs;
        if (!(y?.data instanceof Float32Array && next_state?.data instanceof Float32Array))
          throw new Error('y and next_state are float32');
        assertClose(y.data, columns(whole, start, text, WIDTH));
        state = next_state.data;
        start += text;
      }
      assertClose(state, await expected.readFloat32('next_state'));
    });
  }

  it('computes the same in half precision around the loop, which has a kernel on CUDA', async () => {
    const program = await loadModel(join(EXAMPLES, 'gated-recurrence/model.ts'));
    const graph = program.graphs['gated-recurrence'];
    assert.ok(graph);
    const { onnx } = compileGraph(graph, { target: 'cuda' });
    assert.equal(onnx.nodes.filter(({ type }) => type === 'Scan').length, 1);
    assert.deepEqual(
      fallbacksOf(onnx, targetOf('cuda')).filter(({ operator }) => operator === 'Scan'),
      [],
    );
    const expected = await expectedOf('gated-recurrence');
    const weights = await openSafetensors(weightsOf('gated-recurrence'));
    await withGraph(graph, program, [weights], { target: 'cuda' }, async (run) => {
      const names = ['x', 'positions', 'state'];
      const feeds = await Promise.all(names.map(async (name) => [name, await feed(expected, name)] as const));
      const { y } = await run(Object.fromEntries(feeds));
      assertClose(y?.data as Float32Array, await expected.readFloat32('y'), 1e-2);
    });
  });
});

describe('the language model of gated recurrences', () => {
  it('answers with examples, in a padded batch and by beams, as it reads whole texts', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'recurrent-'));
    try {
      const program = await loadModel(join(EXAMPLES, 'gated-recurrence/language-model.ts'));
      const out = join(folder, 'out');
      await compile(program, { tokenizer: TOKENIZER, weights: [], seed: 5, out });
      const model = await Engine.open({ directory: out, verify: true, imageMemory: 0, threads: 1 });
      const prompts: readonly Prompt[] = [
        { shots: [{ text: 'two and two: four' }, { text: 'one: one' }], query: { text: 'ten:' } },
        { query: { text: 'Once' } },
        { text: 'Look!', media: [] },
      ];
      for (const options of [{ maxNewTokens: 6 }, { maxNewTokens: 5, beams: 3 }]) {
        const answers = await model.generate(prompts, options, { batchSize: prompts.length });
        for (const [index, prompt] of prompts.entries()) {
          const { tokens, media } = await model.prepare(prompt, 8);
          const answer = answers[index];
          assert.ok(answer && answer.tokens.length > 0);
          const whole = await model.language.predictions({ tokens: [...tokens, ...answer.tokens], media });
          for (const [place, token] of answer.tokens.entries()) {
            const expected = whole[tokens.length - 1 + place]?.[token];
            assertClose([answer.scores[place] ?? Number.NaN], [expected ?? Number.NaN], 1e-4);
          }
        }
      }
      await model.close();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

/** Of values `[batch, text, width]` those of so many tokens. */
function columns<T>(values: ArrayLike<T>, start: number, text: number, width: number): readonly T[] {
  const all = Array.from(values);
  return Array.from({ length: BATCH }, (_, row) =>
    all.slice((row * TEXT + start) * width, (row * TEXT + start + text) * width),
  ).flat();
}
