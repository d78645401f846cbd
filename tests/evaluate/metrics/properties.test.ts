import assert from 'node:assert/strict';
import fc from 'fast-check';
import { sum } from 'simple-statistics';
import {
  averagePrecision,
  bleu,
  cider,
  exactMatch,
  ndcg,
  normaliseVqaAnswer,
  rocAuc,
  rougeL,
  tokenizeCaption,
  topOneAccuracy,
  vqaAccuracy,
} from '../../../runtime/evaluate/metrics/index.ts';

const word = fc.constantFrom(
  'man',
  'dog',
  'a',
  'red',
  'street',
  "it's",
  "don't",
  'two',
  '5',
  'x-ray',
  'café',
);
const caption = fc.oneof(
  fc.array(word, { maxLength: 12 }).map((words) => words.join(' ')),
  fc.string({ unit: 'binary', maxLength: 30 }),
);
const items = fc.array(
  fc.record({ candidate: caption, references: fc.array(caption, { minLength: 1, maxLength: 4 }) }),
  { minLength: 1, maxLength: 8 },
);
const score = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true, noDefaultInfinity: true }));
const ranking = fc
  .array(fc.record({ score, positive: fc.boolean() }), { minLength: 2, maxLength: 20 })
  .filter((all) => all.some(({ positive }) => positive) && all.some(({ positive }) => !positive));

const near = (a: number, b: number) => Math.abs(a - b) <= 1e-9;
const within = (value: number, low: number, high: number) =>
  assert.ok(value >= low - 1e-9 && value <= high + 1e-9, `${value} is not within ${low} and ${high}`);

describe('metrics of captions', () => {
  it('stay within their bounds, whatever the captions', () => {
    fc.assert(
      fc.property(items, (all) => {
        for (const form of ['cider-d', 'cider'] as const) {
          for (const value of cider(all, { form }).scores) within(value, 0, 10);
        }
        for (const value of bleu(all).scores.flat()) within(value, 0, 1);
        for (const value of rougeL(all).scores) within(value, 0, 1);
      }),
    );
  });

  it('depend neither on the order of items nor on that of references', () => {
    fc.assert(
      fc.property(items, (all) => {
        const turned = all.toReversed().map(({ candidate, references }) => ({
          candidate,
          references: references.toReversed(),
        }));
        const [one, other] = [cider(all), cider(turned)];
        assert.ok(near(one.score, other.score));
        assert.ok(one.scores.every((value, index) => near(value, other.scores.at(-1 - index) ?? Number.NaN)));
        assert.ok(
          bleu(all).score.every((value, index) => near(value, bleu(turned).score[index] ?? Number.NaN)),
        );
        assert.ok(near(rougeL(all).score, rougeL(turned).score));
      }),
    );
  });

  it('give captions that equal their references the most that there is', () => {
    const captions = ['a man rides a horse', 'two dogs run on the beach', "it's a red bus in the street"];
    const same = captions.map((text) => ({ candidate: text, references: [text, text.toUpperCase()] }));
    for (const form of ['cider-d', 'cider'] as const) {
      assert.ok(cider(same, { form }).scores.every((value) => near(value, 10)));
    }
    for (const value of bleu(same).scores.flat()) assert.ok(Math.abs(value - 1) < 1e-6);
    assert.deepEqual(rougeL(same).scores, [1, 1, 1]);
  });

  it('give empty captions nothing, and a corpus of one item no CIDEr', () => {
    const empty = [
      { candidate: '', references: ['a man rides a horse'] },
      { candidate: ' . ', references: ['two dogs run'] },
    ];
    assert.deepEqual(cider(empty).scores, [0, 0]);
    for (const value of bleu(empty).scores.flat()) assert.ok(value < 1e-6);
    assert.deepEqual(rougeL(empty).scores, [0, 0]);
    assert.equal(cider([{ candidate: 'a dog runs fast', references: ['a dog runs fast'] }]).score, 0);
  });

  it('compare captions that are tokenized already by what is between spaces', () => {
    const own = [{ candidate: 'A dog .', references: ['a dog'] }];
    assert.equal(rougeL(own).score, 1);
    assert.ok(rougeL(own, { tokenize: false }).score < 1);
  });

  it('leave tokens in lower case between single spaces, of nothing that the caption does not have', () => {
    fc.assert(
      fc.property(caption, (text) => {
        const tokens = tokenizeCaption(text);
        assert.equal(tokens, tokens.toLowerCase());
        assert.ok(!/ {2}|^ | $/.test(tokens), JSON.stringify(tokens));
        assert.ok(!tokens.includes('\u{FFFF}') || text.includes('\u{FFFF}'));
      }),
    );
  });

  it('read a caption of a hundred thousand characters in linear time', () => {
    for (const unit of ['a', '1', '.', '-', "'", 'a-', 'a,', 'a~', 'a/', '<a ', '@', 'www.', '(', '1 ']) {
      const tokens = tokenizeCaption(unit.repeat(100_000 / unit.length));
      assert.equal(typeof tokens, 'string');
    }
  });
});

describe('metrics of answers', () => {
  const answers = fc.array(caption, { minLength: 2, maxLength: 10 });

  it('stay within 0 and 1 and depend on no order of answers', () => {
    fc.assert(
      fc.property(caption, answers, (answer, all) => {
        const value = vqaAccuracy([{ answer, answers: all }]).score;
        within(value, 0, 1);
        assert.ok(near(value, vqaAccuracy([{ answer, answers: all.toReversed() }]).score));
        assert.equal(exactMatch([{ answer: all[0] ?? '', answers: all }]).score, 1);
      }),
    );
  });

  it('give an answer by all ten people 1, by three of ten 0.9, and an empty one 0', () => {
    const ten = (yes: number) => [...Array(yes).fill('two'), ...Array(10 - yes).fill('blue')] as string[];
    const scoreOf = (answer: string, all: string[]) => vqaAccuracy([{ answer, answers: all }]).score;
    assert.equal(scoreOf('two', ten(10)), 1);
    assert.ok(near(scoreOf('2', ten(3)), 0.9));
    assert.equal(scoreOf('', ten(5)), 0);
    assert.equal(exactMatch([{ answer: '', answers: ['a'] }]).score, 0);
    assert.equal(exactMatch([{ answer: 'The two', answers: ['2'] }], normaliseVqaAnswer).score, 1);
  });
});

describe('metrics of rankings', () => {
  it('stay within their bounds and depend on no order of items', () => {
    fc.assert(
      fc.property(ranking, (all) => {
        within(rocAuc(all), 0, 1);
        within(averagePrecision(all), 0, 1);
        assert.ok(near(rocAuc(all), rocAuc(all.toReversed())));
        assert.ok(near(averagePrecision(all), averagePrecision(all.toReversed())));
      }),
    );
  });

  it('turn with the labels, and count equal weights as none', () => {
    fc.assert(
      fc.property(ranking, fc.constantFrom(0.25, 3, 7), (all, weight) => {
        const turned = all.map((one) => ({ ...one, positive: !one.positive }));
        assert.ok(near(rocAuc(all) + rocAuc(turned), 1));
        assert.ok(near(averagePrecision(all), averagePrecision(all.map((one) => ({ ...one, weight })))));
      }),
    );
  });

  it('give the best order the most', () => {
    const relevance = fc.array(fc.constantFrom(0, 0.2, 0.6, 1), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(
        relevance.filter((all) => sum(all) > 0),
        (all) => {
          assert.ok(near(ndcg([{ scores: all, relevance: all }]).score, 1));
          within(ndcg([{ scores: all.map((value) => -value), relevance: all }]).score, 0, 1);
        },
      ),
    );
  });

  it('take the first of the highest scores for the choice', () => {
    assert.equal(topOneAccuracy([{ scores: [1, 2, 2], label: 1 }]).score, 1);
    assert.equal(topOneAccuracy([{ scores: [1, 2, 2], label: 2 }]).score, 0);
  });
});
