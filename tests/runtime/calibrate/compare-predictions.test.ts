import assert from 'node:assert/strict';
import fc from 'fast-check';
import { comparePredictions, klDivergence } from '../../../runtime/calibrate/compare-predictions.ts';
import { TokenDistribution } from '../../../runtime/generate/token-distribution.ts';
import { Engine } from '../../../runtime/worker/engine.ts';
import { compiledModel, picture } from '../compiled-model.ts';

const prompts = [
  { line: 1, id: '1', shots: [], query: { images: [picture('dog.jpg')], text: 'Output: a dog' } },
  {
    line: 2,
    id: '2',
    shots: [{ images: [picture('cat.png')], text: 'Output: a cat' }],
    query: { images: [], text: 'Once' },
  },
];

describe('comparing predictions', () => {
  it('finds a model equal to itself, at every token of every prompt', async () => {
    await using engine = await Engine.open({
      directory: await compiledModel(),
      verify: false,
      imageMemory: 2 ** 20,
    });
    const found = await comparePredictions(engine, engine, prompts);
    const tokens = await Promise.all(
      prompts.map(async ({ shots, query }) => (await engine.prepare({ shots, query }, 0)).tokens.length),
    );
    const predictions = tokens.reduce((sum, count) => sum + count, 0);
    assert.deepEqual(found, { prompts: 2, predictions, divergence: 0, agreement: 1 });
  });

  it('reads what a prefill reads', async () => {
    await using engine = await Engine.open({
      directory: await compiledModel(),
      verify: false,
      imageMemory: 2 ** 20,
    });
    const prepared = await engine.prepare({ query: { image: picture('dog.jpg'), text: 'Output: a dog' } }, 0);
    const last = (await engine.language.predictions(prepared)).at(-1) ?? [];
    const { next, text } = await engine.language.prefill([prepared], 0);
    text.release();
    for (const [token, value] of last.entries())
      assert.ok(Math.abs(value - (next[0]?.[token] ?? Number.NaN)) < 1e-4);
  });

  it('takes the mean over predictions, and counts where the likeliest token is the same', async () => {
    const fixed = (...rows: readonly (readonly number[])[]) => ({
      predictions: async () => rows.map((row) => new TokenDistribution(row.map(Math.log)).logProbabilities()),
    });
    const reference = fixed([0.5, 0.5, 0], [0.2, 0.8, 0]);
    const model = fixed([0.5, 0.25, 0.25], [0.6, 0.2, 0.2]);
    const found = await comparePredictions(reference, model, prompts.slice(0, 1));
    const expected = (0.5 * Math.log(2) + 0.2 * Math.log(1 / 3) + 0.8 * Math.log(4)) / 2;
    assert.ok(Math.abs(found.divergence - expected) < 1e-12);
    assert.equal(found.agreement, 0.5);
  });

  it('stops when told to', async () => {
    const stopped = AbortSignal.abort();
    const never = { predictions: () => Promise.reject(new Error('asked')) };
    await assert.rejects(comparePredictions(never, never, prompts, { signal: stopped }), {
      name: 'AbortError',
    });
  });
});

describe('the divergence of two distributions', () => {
  const logits = fc.array(fc.float({ min: -20, max: 20, noNaN: true }), { minLength: 5, maxLength: 5 });
  it('is never less than nothing, and nothing from itself', () => {
    fc.assert(
      fc.property(logits, logits, (a, b) => {
        const [p, q] = [a, b].map((each) => new TokenDistribution(each).logProbabilities());
        assert.ok(p && q);
        assert.ok(klDivergence(p, q) >= 0);
        assert.equal(klDivergence(p, p), 0);
      }),
    );
  });
});
