import assert from 'node:assert/strict';
import { threadId } from 'node:worker_threads';
import { oneAtATime, releaseOf } from '../../../runtime/provider/one-at-a-time.ts';

describe('what is done one at a time', () => {
  it('keeps its order, never overlaps, and goes on behind what fails', async () => {
    const seen: string[] = [];
    const work = (name: string) =>
      oneAtATime(async () => {
        seen.push(`${name} begins`);
        await new Promise((resolve) => setImmediate(resolve));
        seen.push(`${name} ends`);
        if (name === 'b') throw new Error('b fails');
        return name;
      });
    const results = await Promise.allSettled(['a', 'b', 'c'].map(work));
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.deepEqual(
      seen,
      ['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]),
    );
  });

  it('is given back by a thread that ended with it, and by no other', async () => {
    let finish = () => {};
    const held = oneAtATime(
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    await new Promise((resolve) => setImmediate(resolve));
    releaseOf(threadId + 1);
    let isDone = false;
    const next = oneAtATime(async () => {
      isDone = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(isDone, false);
    finish();
    await Promise.all([held, next]);
    assert.equal(isDone, true);
  });
});
