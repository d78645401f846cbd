import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSafetensors } from '../../artifact/weights/safetensors.ts';
import { compile } from '../../compiler/compile.ts';
import { input, nameParameters } from '../../dsl/index.ts';
import { textLogits } from '../../models/flamingo/interleaved-logits.ts';
import { add, concat, type LanguageModel, languageModel, type RecurrentLayer } from '../../models/index.ts';
import { RecurrentStates } from '../../runtime/generate/cache/recurrent-states.ts';
import { TokenDistribution } from '../../runtime/generate/token-distribution.ts';
import * as onnxruntime from '../../runtime/onnx-runtime.ts';
import { Engine } from '../../runtime/worker/engine.ts';
import { assertClose } from '../models/close.ts';
import { TOKENIZER } from '../runtime/compiled-model.ts';
import { withGraph } from '../support/run-program.ts';
import { hybrid, leakyLayer, recurrences } from './recurrences.ts';
import { writeLivelyWeights } from './small-models.ts';

const SIZES = { dim: 16, layers: 3, heads: 2, vocabulary: 261, contextLength: 64 };

describe('a language model of recurrences', () => {
  it('is computed for training as it is run', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'recurrences-'));
    try {
      const language = hybrid(SIZES, [1]);
      const program = languageModel({ name: 'hybrid', language });
      const weights = join(folder, 'weights.safetensors');
      await writeLivelyWeights(weights, program, 3);
      const out = join(folder, 'out');
      await compile(program, { tokenizer: TOKENIZER, weights: [weights], out, copyWeights: true });
      const tokens = [5, 9, 120, 77, 3, 200];
      const engine = await Engine.open({ directory: out, verify: true, imageMemory: 0, threads: 1 });
      const expected = await engine.language.predictions({ tokens, media: [] });
      await engine.close();
      const padded = [...tokens, 0, 0];
      const inputs = { tokens: input('tokens', 'int64', [1, padded.length]) };
      const graph = { name: 'training', inputs, outputs: { logits: textLogits(language, inputs.tokens) } };
      const named = { ...nameParameters({ language: language.parts }), checkpointNames: [] };
      await withGraph(graph, named, [await openSafetensors(weights)], {}, async (run) => {
        const ids = new onnxruntime.Tensor('int64', BigInt64Array.from(padded, BigInt), [1, padded.length]);
        const { logits } = await run({ tokens: ids });
        assert.ok(logits?.data instanceof Float32Array);
        for (const [place, row] of expected.entries()) {
          const start = place * SIZES.vocabulary;
          const expected = new TokenDistribution(logits.data.subarray(start, start + SIZES.vocabulary));
          assertClose(expected.logProbabilities(), row);
        }
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  const made = (change: (layer: RecurrentLayer) => Partial<RecurrentLayer>): (() => unknown) => {
    const layer = leakyLayer(SIZES.dim);
    const base = recurrences(SIZES);
    const recurrent = new Map([...(base.recurrent ?? []), [1, { ...layer, ...change(layer) }] as const]);
    const language: LanguageModel = { ...base, recurrent, parts: [base.parts, layer.parts] };
    return () => languageModel({ name: 'changed', language });
  };

  it('is refused where padding would change a state', () => {
    assert.throws(
      made(({ forward }) => ({
        forward(x, places, states) {
          const { h } = states;
          assert.ok(h);
          return { x: forward(x, places, states).x, states: { h: add(h, 1) } };
        },
      })),
      /^ModelError: the state 'h' of the recurrent layer 1 does not depend on 'real', so that padding would change it; keep what it was there, as where\(real, next, before\) does/,
    );
  });

  it('is refused where a layer gives other states than it has', () => {
    assert.throws(
      made(({ forward }) => ({
        forward: (x, places, states) => ({ x: forward(x, places, states).x, states: {} }),
      })),
      /^ModelError: the recurrent layer 1 has the states 'h', but it gives none; give each that it has/,
    );
  });

  it('is refused where a state is not of the size that is declared', () => {
    assert.throws(
      made(() => ({ states: { h: [2, 8] } })),
      /Leaky takes batch dim, but \[batch, 2, 8\] has 3 axes/,
    );
    assert.throws(
      made(({ forward }) => ({
        forward(x, places, states) {
          const after = forward(x, places, states);
          const { h } = after.states;
          assert.ok(h);
          return { x: after.x, states: { h: concat([h, h], 1) } };
        },
      })),
      /^ModelError: the state 'h' of the recurrent layer 1 must stay float32 \[batch, 16\], but after the tokens it is float32 \[batch, 32\]/,
    );
  });

  it('has no static cache where no layer attends', async () => {
    const alone = languageModel({ name: 'alone', language: recurrences(SIZES) });
    await assert.rejects(
      compile(alone, { tokenizer: TOKENIZER, weights: 'none', out: '/nowhere', staticCache: 32 }),
      /^UserError: A static cache of 32 tokens was asked for, but no layer of the program 'alone' keeps keys and values: leave it out\.$/,
    );
  });
});

describe('RecurrentStates', () => {
  const rows = (states: RecurrentStates) => {
    const { 'past_state.h.0': state } = states.feeds();
    assert.ok(state?.data instanceof Float32Array);
    return { dims: state.dims, values: [...state.data] };
  };
  const given = (values: readonly number[], dims: readonly number[]) => ({
    'new_state.h.0': new onnxruntime.Tensor('float32', Float32Array.from(values), dims),
  });

  it('begin with zeros, are taken from runs, put in another order, joined and dropped by row', () => {
    const states = new RecurrentStates({ 'h.0': [2, 1] }, 2);
    assert.deepEqual(rows(states), { dims: [2, 2, 1], values: [0, 0, 0, 0] });
    states.append(given([1, 2, 3, 4], [2, 2, 1]));
    states.select([1, 0, 1]);
    assert.deepEqual(rows(states), { dims: [3, 2, 1], values: [3, 4, 1, 2, 3, 4] });
    const others = new RecurrentStates({ 'h.0': [2, 1] }, 1);
    others.append(given([7, 8], [1, 2, 1]));
    states.join(others);
    states.select([3]);
    assert.deepEqual(rows(states), { dims: [1, 2, 1], values: [7, 8] });
    assert.equal(states.bytes, 8);
    assert.throws(
      () => states.append(given([1, 2, 3, 4], [2, 2, 1])),
      /no float32 new_state\.h\.0 of 1 rows/,
    );
    assert.throws(() => states.append({}), /no float32 new_state\.h\.0 of 1 rows/);
  });
});
