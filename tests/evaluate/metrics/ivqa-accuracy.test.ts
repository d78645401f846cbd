import assert from 'node:assert/strict';
import { ivqaAccuracy } from '../../../runtime/evaluate/metrics/index.ts';

describe('iVQA accuracy', () => {
  it('is whole for an answer of two people, half for one of one', () => {
    const answers = ['soup', 'soup', 'a soup', 'food ', 'stew'];
    const of = (answer: string) => ivqaAccuracy([{ answer, answers }]).score;
    assert.deepEqual([' soup', 'food', 'Soup', '', 'stew'].map(of), [1, 0.5, 0, 0, 0.5]);
    assert.throws(() => ivqaAccuracy([]), /the list of items of iVQA accuracy/i);
  });
});
