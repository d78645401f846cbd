import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { MemoryPlan } from '../../../runtime/generate/cache/memory-plan.ts';
import { loadFlamingo } from '../../../runtime/index.ts';
import { onAbort } from '../../../runtime/thread/on-abort.ts';
import { compiledModel } from '../compiled-model.ts';

/** The warnings that Node gives meanwhile. */
async function warningsOf(work: () => Promise<void>): Promise<readonly string[]> {
  const warnings: string[] = [];
  const take = ({ message }: Error) => warnings.push(message);
  process.on('warning', take);
  try {
    await work();
    // Node tells of them in a turn of its own.
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off('warning', take);
  }
  return warnings;
}

describe('who waits for a signal', () => {
  it('is told once, unless it has stopped waiting', () => {
    const ending = new AbortController();
    const told: string[] = [];
    const tell = (name: string) => () => void told.push(name);
    const twice = tell('twice');
    onAbort(ending.signal, tell('a'));
    const stop = onAbort(ending.signal, tell('b'));
    onAbort(ending.signal, twice);
    onAbort(ending.signal, twice);
    stop();
    stop();
    assert.deepEqual(told, []);
    ending.abort();
    assert.deepEqual(told, ['a', 'twice', 'twice']);
    onAbort(ending.signal, tell('late'))();
    assert.equal(told.at(-1), 'late');
  });

  it('tells the others too where one stops waiting meanwhile', () => {
    const ending = new AbortController();
    const told: string[] = [];
    const stops: (() => void)[] = [];
    onAbort(ending.signal, () => {
      told.push('first');
      for (const stop of stops) stop();
    });
    stops.push(onAbort(ending.signal, () => void told.push('stopped by the first')));
    onAbort(ending.signal, () => void told.push('last'));
    ending.abort();
    assert.deepEqual(told, ['first', 'last']);
  });

  it('may be many requests of a model, of which Node warns of no leak', async () => {
    await using model = await loadFlamingo(await compiledModel(), { threads: 1 });
    const { signal } = new AbortController();
    const warnings = await warningsOf(async () => {
      const requests = Array.from({ length: 24 }, () =>
        model.generate({ query: { text: 'a' } }, { maxNewTokens: 1, signal }),
      );
      await Promise.all(requests);
    });
    assert.deepEqual(warnings, []);
    assert.ok(getEventListeners(signal, 'abort').length <= 1);
  });

  it('may be many prompts of a request that wait for room, all of which it stops', async () => {
    const plan = new MemoryPlan(10);
    const release = await plan.reserve({ rows: 1, prompt: 10, written: 0 });
    const ending = new AbortController();
    const warnings = await warningsOf(async () => {
      const waiting = Array.from({ length: 24 }, () =>
        plan.reserve({ rows: 1, prompt: 5, written: 0 }, ending.signal),
      );
      ending.abort(new Error('enough'));
      for (const each of waiting) await assert.rejects(each, { message: 'enough' });
    });
    assert.deepEqual(warnings, []);
    release();
    assert.equal(plan.tokens, 0);
  });
});
