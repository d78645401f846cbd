import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { chooseTokens } from '../../../compiler/generation/choose-tokens.ts';
import { encodeModel } from '../../../compiler/onnx/encode-model.ts';
import { NodeWriter } from '../../../compiler/onnx/node-writer.ts';
import type { OnnxPort } from '../../../compiler/onnx/onnx-graph.ts';
import { createSearch, parseGenerateOptions } from '../../../runtime/generate/options.ts';
import { uniformNumbers } from '../../../runtime/generate/search/sampler.ts';
import { TokenDistribution } from '../../../runtime/generate/token-distribution.ts';
import { InferenceSession, Tensor } from '../../../runtime/onnx-runtime.ts';

const VOCABULARY = 24;

const INPUTS: readonly OnnxPort[] = [
  { name: 'logits', dtype: 'float32', shape: ['batch', VOCABULARY] },
  { name: 'never', dtype: 'float32', shape: [VOCABULARY] },
  { name: 'step', dtype: 'int64', shape: [] },
  { name: 'temperature', dtype: 'float32', shape: ['batch'] },
  { name: 'top_k', dtype: 'int64', shape: ['batch'] },
  { name: 'top_p', dtype: 'float32', shape: ['batch'] },
  { name: 'random', dtype: 'int64', shape: ['batch', 'draws'] },
];

function chooser(): Promise<InferenceSession> {
  const writer = new NodeWriter('test');
  const { token, logProbability } = chooseTokens(writer, {
    ...{ logits: 'logits', vocabulary: VOCABULARY, never: 'never', step: 'step' },
    ...{ temperature: 'temperature', topK: 'top_k', topP: 'top_p', random: 'random' },
  });
  const outputs: readonly OnnxPort[] = [
    { name: token, dtype: 'int64', shape: ['batch'] },
    { name: logProbability, dtype: 'float32', shape: ['batch'] },
  ];
  const bytes = encodeModel(writer.finish('chooser', INPUTS, outputs), () => {
    throw new Error('it has no parameters');
  });
  return InferenceSession.create(bytes, { intraOpNumThreads: 1, logSeverityLevel: 3 });
}

const SPECIAL = {
  ...{ image: 3, padding: 5, endOfChunk: 6, end: null, beginning: null },
  ...{ eosTokens: [7], suppressedTokens: [9, 7] },
};
const NEVER = [3, 5, 9];

const request = fc.record({
  // Few values, so that many are equal.
  logits: fc.array(fc.integer({ min: -6, max: 6 }), { minLength: VOCABULARY, maxLength: VOCABULARY }),
  temperature: fc.option(
    fc.oneof(fc.constantFrom(0.1, 0.7, 1, 8, 1e-50, 1e300), fc.double({ min: 0.05, max: 20, noNaN: true })),
    { nil: undefined },
  ),
  topK: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
  topP: fc.option(
    fc.oneof(
      fc.constantFrom(0.1, 0.3, 0.9, 1 - 1e-12, 1, 1e-50),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
    ),
    { nil: undefined },
  ),
  seed: fc.option(fc.integer(), { nil: undefined }),
});

describe('tokens that a graph chooses', () => {
  it('are those of the search step by step, row by row, whatever is asked', async () => {
    const session = await chooser();
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 4 }), fc.nat(3), async (rows, step) => {
        const expected: number[] = [];
        const expectedLogs: number[] = [];
        const given = rows.map(({ logits, ...options }) => {
          const settings = parseGenerateOptions({
            ...{ maxNewTokens: step + 2 },
            ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
          });
          const sampled = Object.values(options).some((value) => value !== undefined);
          const search = createSearch(settings, { ...SPECIAL, endOfChunk: null, eosTokens: [] });
          for (let token = 0; token <= step; token++) search.advance([new TokenDistribution(logits)]);
          const [{ tokens, logProbabilities } = { tokens: [], logProbabilities: [] }] = search.results();
          expected.push(tokens[step] ?? -1);
          expectedLogs.push(logProbabilities[step] ?? Number.NaN);
          const uniform = uniformNumbers(settings.seed ?? 0);
          return {
            ...{ logits, topK: settings.topK ?? 0, topP: settings.topP ?? 1 },
            temperature: sampled ? (settings.temperature ?? 1) : 0,
            random: Array.from({ length: step + 1 }, () => BigInt(uniform() * 2 ** 53)),
          };
        });
        const floats = (values: readonly number[], dims = [values.length]) =>
          new Tensor('float32', Float32Array.from(values), dims);
        const never = new Array<number>(VOCABULARY).fill(0);
        // Without end tokens, 7 is suppressed too.
        for (const token of [...NEVER, 7]) never[token] = Number.NEGATIVE_INFINITY;
        const outputs = await session.run({
          logits: floats(
            given.flatMap(({ logits }) => logits),
            [rows.length, VOCABULARY],
          ),
          never: floats(never),
          step: new Tensor('int64', BigInt64Array.of(BigInt(step)), []),
          temperature: floats(given.map(({ temperature }) => temperature)),
          top_k: new Tensor(
            'int64',
            BigInt64Array.from(given, ({ topK }) => BigInt(topK)),
            [rows.length],
          ),
          top_p: floats(given.map(({ topP }) => topP)),
          random: new Tensor('int64', BigInt64Array.from(given.flatMap(({ random }) => random)), [
            rows.length,
            step + 1,
          ]),
        });
        const [tokens, logs] = session.outputNames.map((name) => outputs[name]?.data);
        assert.ok(tokens instanceof BigInt64Array && logs instanceof Float32Array);
        assert.deepEqual(Array.from(tokens, Number), expected);
        for (const [row, value] of logs.entries())
          assert.ok(Math.abs(value - (expectedLogs[row] ?? Number.NaN)) < 1e-5);
      }),
      { numRuns: 300 },
    );
    await session.release();
  });
});
