import assert from 'node:assert/strict';
import fc from 'fast-check';
import { answerAccuracy } from '../../runtime/evaluate/answer-accuracy.ts';
import { wilsonInterval } from '../../runtime/evaluate/interval.ts';
import { summarise } from '../../runtime/evaluate/summary.ts';

describe('answers', () => {
  it('are compared without case, articles, punctuation and number words', () => {
    const same = [
      ['A red apple.', 'red apple'],
      ['the cat', 'Cat!'],
      ['dont', "don't"],
      ['two dogs', '2 dogs'],
      ['1,000', '1000'],
      ['x-ray', 'x ray'],
      ['cafe\u0301', 'Café'],
    ] as const;
    for (const [a, b] of same) assert.equal(answerAccuracy(a, [b]), 1, `${a} and ${b}`);
    assert.equal(answerAccuracy('3.5', ['35']), 0);
    assert.equal(answerAccuracy('cat', ['cats']), 0);
    assert.equal(answerAccuracy('pêche', ['peche']), 0);
  });

  it('are right where they equal any of a few', () => {
    assert.equal(answerAccuracy('A dog', ['hound', 'dog']), 1);
    assert.equal(answerAccuracy('a puppy', ['hound', 'dog']), 0);
    assert.equal(answerAccuracy('', ['dog']), 0);
  });

  it('of ten people count as VQA does', () => {
    const people = (agreeing: number) =>
      [...Array(10).keys()].map((index) => (index < agreeing ? 'two' : `no ${index}`));
    // Of the ten ways to leave one out, `agreeing` leave out one who agrees.
    const expected = [0, 0.3, 0.6, 0.9, 1, 1];
    for (const [agreeing, accuracy] of expected.entries()) {
      assert.ok(Math.abs(answerAccuracy('2', people(agreeing)) - accuracy) < 1e-12, `${agreeing}`);
    }
  });
});

describe("Wilson's interval", () => {
  it('has the values of the literature', () => {
    // Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    const cases = [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
      [1, 29, 0.0061, 0.1718],
    ] as const;
    for (const [right, trials, low, high] of cases) {
      const interval = wilsonInterval(right / trials, trials);
      assert.ok(Math.abs(interval.low - low) < 5e-4, `${right}/${trials}: ${interval.low}`);
      assert.ok(Math.abs(interval.high - high) < 5e-4, `${right}/${trials}: ${interval.high}`);
    }
  });

  it('holds the proportion and stays within 0 and 1', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.integer({ min: 1, max: 50 }), (right, trials) => {
        const proportion = Math.min(right, trials) / trials;
        const { low, high } = wilsonInterval(proportion, trials);
        assert.ok(low >= 0 && high <= 1 && low <= proportion + 1e-12 && high >= proportion - 1e-12);
      }),
    );
  });
});

describe('a summary', () => {
  it('counts by kind and number of examples, with the chance of choosing blindly', () => {
    const outcome = (line: number, kind: string, shots: number, accuracy: number, choices?: string[]) => ({
      task: {
        line,
        id: `${line}`,
        kind,
        shots: [],
        query: { images: [], text: '' },
        answers: ['a'],
        ...(choices && { choices }),
      },
      shots,
      answer: '',
      accuracy,
    });
    const results = summarise([
      outcome(2, 'closed', 1, 0, ['a', 'b', 'c', 'd']),
      outcome(1, 'closed', 1, 1, ['a', 'b']),
      outcome(3, 'open', 0, 0.6),
      outcome(1, 'closed', 0, 1, ['a', 'b']),
    ]);
    assert.deepEqual(
      results.map(({ kind, shots, tasks, accuracy, chance }) => [kind, shots, tasks, accuracy, chance]),
      [
        ['closed', 0, 1, 1, 0.5],
        ['closed', 1, 2, 0.5, 0.375],
        ['open', 0, 1, 0.6, 0],
      ],
    );
  });
});
