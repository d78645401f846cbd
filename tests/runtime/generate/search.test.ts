import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  createSearch,
  type GenerateOptions,
  parseGenerateOptions,
} from '../../../runtime/generate/options.ts';
import { BeamSearch } from '../../../runtime/generate/search/beam-search.ts';
import { suppress } from '../../../runtime/generate/search/processors.ts';
import { greedy } from '../../../runtime/generate/search/sampler.ts';
import type { Search } from '../../../runtime/generate/search/search.ts';
import { SingleSearch } from '../../../runtime/generate/search/single-search.ts';
import { TokenDistribution } from '../../../runtime/generate/token-distribution.ts';

const END = 0;
const ends = new Set([END]);

type Model = (tokens: readonly number[]) => TokenDistribution;

/** What a model says whose probabilities are given. */
const given = (...probabilities: readonly number[]) => new TokenDistribution(probabilities.map(Math.log));

/** A language model as a table: the logits after each sequence of tokens, made up from a seed. */
function tableLogits(seed: number, vocabulary: number): (tokens: readonly number[]) => number[] {
  return (tokens) => {
    let state = seed;
    for (const token of tokens) state = Math.imul(state ^ (token + 1), 0x9e3779b1) >>> 0;
    return Array.from({ length: vocabulary }, (_, token) => {
      let mixed = Math.imul(state ^ Math.imul(token + 1, 0x85ebca6b), 0xc2b2ae35) >>> 0;
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x27d4eb2f) >>> 0;
      return ((mixed ^ (mixed >>> 13)) % 10_000) / 2000;
    });
  };
}

function tableModel(seed: number, vocabulary: number): Model {
  const logits = tableLogits(seed, vocabulary);
  return (tokens) => new TokenDistribution(logits(tokens));
}

/** Runs a search as `decode` does. Returns the number of steps. */
function drive(search: Search, model: Model): number {
  let rows: number[][] = [[]];
  for (let steps = 1; ; steps++) {
    const next = search.advance(rows.map(model));
    if (next.length === 0) return steps;
    rows = next.map(({ parent, token }) => [...(rows[parent] ?? []), token]);
  }
}

/** Every answer of at most `length` tokens: those that end with END, and those that are cut off. */
function* everyAnswer(
  model: Model,
  length: number,
  tokens: number[] = [],
  sum = 0,
): Generator<{ tokens: number[]; sum: number }> {
  for (const [token, logProbability] of model(tokens).logProbabilities().entries()) {
    const longer = [...tokens, token];
    if (token === END || longer.length === length) yield { tokens: longer, sum: sum + logProbability };
    else yield* everyAnswer(model, length, longer, sum + logProbability);
  }
}

const beamSearch = (beams: number, maxNewTokens: number, lengthPenalty = 0) =>
  new BeamSearch({ beams, maxNewTokens, lengthPenalty, ends, processors: [] });

describe('beam search', () => {
  it('finds the best of all answers when it has beams enough', () => {
    const sizes = fc.record({
      seed: fc.integer(),
      vocabulary: fc.integer({ min: 2, max: 5 }),
      length: fc.integer({ min: 1, max: 4 }),
      lengthPenalty: fc.constantFrom(0, -1, -0.5),
    });
    fc.assert(
      fc.property(sizes, ({ seed, vocabulary, length, lengthPenalty }) => {
        const model = tableModel(seed, vocabulary);
        const search = beamSearch(vocabulary ** length, length, lengthPenalty);
        drive(search, model);
        const score = ({ tokens, sum }: { tokens: number[]; sum: number }) =>
          sum / tokens.length ** lengthPenalty;
        const all = [...everyAnswer(model, length)].sort((a, b) => score(b) - score(a));
        const results = search.results();
        assert.deepEqual(results[0]?.tokens, all[0]?.tokens);
        assert.deepEqual(
          results.map(({ score }) => score.toFixed(9)),
          all.map((each) => score(each).toFixed(9)),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('gives scores that are the sums of the log-probabilities of its tokens, best first, at most one for each beam', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 2, max: 6 }),
        fc.integer({ min: 1, max: 6 }),
        (seed, beams, length) => {
          const model = tableModel(seed, 5);
          const search = beamSearch(beams, length);
          assert.ok(drive(search, model) <= length);
          const results = search.results();
          assert.ok(results.length <= beams && results.length > 0);
          for (const [place, { tokens, logProbabilities, score, finish }] of results.entries()) {
            const expected = tokens.map((token, index) =>
              model(tokens.slice(0, index)).logProbability(token),
            );
            assert.deepEqual([...logProbabilities], expected);
            assert.ok(Math.abs(score - expected.reduce((total, value) => total + value, 0)) < 1e-9);
            assert.ok(score <= (results[place - 1]?.score ?? 0));
            assert.equal(finish, tokens.at(-1) === END ? 'end-of-chunk' : 'length');
            assert.ok(tokens.slice(0, -1).every((token) => token !== END));
          }
        },
      ),
    );
  });

  it('never has more rows than beams', () => {
    const search = beamSearch(3, 10);
    const model = tableModel(5, 8);
    let rows: number[][] = [[]];
    for (;;) {
      const next = search.advance(rows.map(model));
      assert.ok(next.length <= 3);
      if (next.length === 0) break;
      rows = next.map(({ parent, token }) => [...(rows[parent] ?? []), token]);
    }
  });

  it('finishes an answer only where its end is among the best continuations', () => {
    // the end is third of the continuations: with two beams it is passed over
    const model = () => given(0.2, 0.5, 0.3);
    const search = beamSearch(2, 2);
    drive(search, model);
    assert.deepEqual(
      search.results().map(({ tokens }) => tokens),
      [
        [1, 1],
        [1, 2],
      ],
    );
  });

  it('goes on while a live beam can still be better than the worst finished answer', () => {
    // after the first step one answer is finished; two are needed, and the second comes at the second step
    const model: Model = (tokens) => (tokens.length === 0 ? given(0.6, 0.4) : given(0.9, 0.1));
    const search = beamSearch(2, 10);
    assert.equal(drive(search, model), 2);
    assert.deepEqual(
      search.results().map(({ tokens }) => tokens),
      [[0], [1, 0]],
    );
  });

  it('divides by the length to the power of the penalty', () => {
    const model: Model = (tokens) => (tokens.length === 0 ? given(0.55, 0.45) : given(0.9, 0.1));
    const bySum = beamSearch(2, 3, 0);
    const byMean = beamSearch(2, 3, 1);
    drive(bySum, model);
    drive(byMean, model);
    assert.deepEqual(bySum.results()[0]?.tokens, [0]);
    assert.deepEqual(byMean.results()[0]?.tokens, [1, 0]);
    assert.ok(Math.abs((byMean.results()[0]?.score ?? NaN) - Math.log(0.45 * 0.9) / 2) < 1e-12);
  });

  it('never takes a suppressed token, and ranks the others by their own log-probabilities', () => {
    const model = () => given(0.1, 0.2, 0.7);
    const search = new BeamSearch({
      beams: 2,
      maxNewTokens: 2,
      lengthPenalty: 0,
      ends,
      processors: [suppress([2])],
    });
    drive(search, model);
    const [best] = search.results();
    assert.ok(search.results().every(({ tokens }) => !tokens.includes(2)));
    assert.deepEqual(best?.tokens, [0]);
    assert.ok(Math.abs((best?.score ?? NaN) - Math.log(0.1)) < 1e-12);
  });

  it('has its beams so far, marked aborted, when nobody goes on', () => {
    const search = beamSearch(2, 10);
    search.advance([given(0.1, 0.5, 0.4)]);
    assert.deepEqual(
      search.results().map(({ tokens, finish }) => [tokens, finish]),
      [
        [[1], 'aborted'],
        [[2], 'aborted'],
      ],
    );
  });
});

describe('single search', () => {
  const options = { ends, sampler: greedy() };

  it('is beam search with one beam', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 8 }), (seed, maxNewTokens) => {
        const model = tableModel(seed, 6);
        const single = new SingleSearch({ ...options, maxNewTokens });
        const beam = beamSearch(1, maxNewTokens);
        drive(single, model);
        drive(beam, model);
        const [a] = single.results();
        const [b] = beam.results();
        assert.deepEqual(
          [a?.tokens, a?.logProbabilities, a?.finish],
          [b?.tokens, b?.logProbabilities, b?.finish],
        );
      }),
    );
  });

  it('tells each token as it comes and ends where the listener says so', () => {
    const told: unknown[] = [];
    const likely = given(0.2, 0.5, 0.3);
    const score = likely.logProbability(1);
    const search = new SingleSearch({
      ...options,
      maxNewTokens: 5,
      onToken: (token, logProbability, last) => {
        told.push([token, logProbability, last]);
        return told.length === 2;
      },
    });
    drive(search, () => likely);
    assert.deepEqual(told, [
      [1, score, false],
      [1, score, false],
    ]);
    assert.deepEqual(
      search.results().map(({ tokens, finish, score }) => [tokens, finish, score]),
      [[[1, 1], 'stop', 2 * score]],
    );
  });

  it('says that the last token is the last', () => {
    const last: boolean[] = [];
    const search = new SingleSearch({
      ...options,
      maxNewTokens: 3,
      onToken: (_, __, final) => {
        last.push(final);
        return false;
      },
    });
    drive(search, () => given(0.1, 0.9));
    assert.deepEqual(last, [false, false, true]);
    assert.equal(search.results()[0]?.finish, 'length');
  });
});

describe('a search of any kind', () => {
  const special = { image: 5, endOfChunk: 1, padding: 6, beginning: 2, end: 2 };
  /** `<image>` and padding are likeliest by far, whatever has been written. */
  const insistent: Model = (tokens) => {
    const scores = tableLogits(tokens.length, 8)(tokens);
    scores[special.image] = 8;
    scores[special.padding] = 9;
    return new TokenDistribution(scores);
  };
  const ways: Record<string, GenerateOptions> = {
    greedy: {},
    beams: { beams: 3 },
    sampling: { temperature: 3, seed: 4 },
    'top-k': { topK: 2 },
    'top-p': { topP: 0.5 },
  };
  for (const [name, options] of Object.entries(ways)) {
    it(`never chooses <image> or padding (${name})`, () => {
      const search = createSearch(parseGenerateOptions({ maxNewTokens: 12, ...options }), special);
      drive(search, insistent);
      for (const { tokens, logProbabilities } of search.results()) {
        assert.ok(tokens.length > 0);
        assert.ok(!tokens.includes(special.image) && !tokens.includes(special.padding), tokens.join());
        assert.ok(logProbabilities.every(Number.isFinite));
      }
    });
  }

  it('may end with the padding token where that is the end of a text too', () => {
    const shared = { ...special, end: special.padding };
    const search = createSearch(parseGenerateOptions({ maxNewTokens: 12 }), shared);
    drive(search, insistent);
    assert.deepEqual(search.results()[0]?.tokens, [special.padding]);
  });
});
