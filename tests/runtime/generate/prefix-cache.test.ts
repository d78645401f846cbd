import assert from 'node:assert/strict';
import { KeyValueCache } from '../../../runtime/generate/cache/key-value-cache.ts';
import { MemoryPlan } from '../../../runtime/generate/cache/memory-plan.ts';
import { PrefixCache } from '../../../runtime/generate/cache/prefix-cache.ts';
import type { StoredTokens } from '../../../runtime/generate/cache/stored-tokens.ts';

const shape = { layers: 1, keyValueHeads: 1, headDim: 1 };

const numbers = (length: number, first = 0): number[] => Array.from({ length }, (_, at) => first + at);

/** What is stored of tokens: themselves. */
function stored(keys: readonly number[]): StoredTokens {
  const values = ['key.0', 'value.0'].map((name) => [name, Float32Array.from(keys)] as const);
  return { tokens: keys.length, values: new Map(values) };
}

function cacheOf(keys: readonly number[]): KeyValueCache {
  const cache = new KeyValueCache(shape, { rows: 1, mostLength: keys.length });
  cache.begin([[{ stored: stored(keys), count: keys.length }]], keys.length);
  return cache;
}

const size = (prompt: number) => ({ prompt, written: 0, rows: 1 });

describe('what is kept of prompts', () => {
  it('is what two of them begin with, when it is worth it', async () => {
    const prefixes = new PrefixCache(shape, new MemoryPlan(1000), 500);
    const [first, second, third] = [9, 8, 7].map((last) => [...numbers(40), last]);
    assert.ok(first && second && third);
    prefixes.remember(first);
    await prefixes.keepShared(first, cacheOf(first), 0);
    assert.equal(prefixes.usage.keptTokens, 0, 'of one alone nothing is kept');
    prefixes.remember(second);
    await prefixes.keepShared(second, cacheOf(second), 0);
    assert.equal(prefixes.usage.keptTokens, 40);
    assert.equal(prefixes.find(third).length, 40);
    const [part] = prefixes.find(third).parts;
    assert.deepEqual([...(part?.stored.values.get('value.0') ?? [])], numbers(40));
    const short = [1000, 1001, 1002];
    prefixes.remember(short);
    prefixes.remember([...short, 1]);
    await prefixes.keepShared(short, cacheOf(short), 0);
    assert.equal(prefixes.usage.keptTokens, 40, 'a few tokens are read as fast as they are copied');
    assert.equal(prefixes.find(numbers(40)).length, 39, 'one token is always left to read');
  });

  it('is known of prompts of a million tokens together', async () => {
    const prefixes = new PrefixCache(shape, new MemoryPlan(1000), 500);
    const [first, second] = [numbers(100), numbers(100)];
    prefixes.remember(first);
    prefixes.remember(numbers(2 ** 20, 1000));
    prefixes.remember(second);
    await prefixes.keepShared(second, cacheOf(second), 0);
    assert.equal(prefixes.usage.keptTokens, 0, 'the first has been forgotten');
    prefixes.remember(first);
    await prefixes.keepShared(first, cacheOf(first), 0);
    assert.equal(prefixes.usage.keptTokens, 100);
  });

  it('makes room for requests, the least recently used first, and is never more than its bound', async () => {
    const plan = new MemoryPlan(100);
    const prefixes = new PrefixCache(shape, plan, 60);
    const keep = (keys: readonly number[]) => prefixes.keep(keys, async (first) => stored(keys.slice(first)));
    const [a, b, c] = [numbers(20), numbers(20, 100), numbers(30, 200)];
    await keep(a);
    await keep(b);
    assert.equal(prefixes.usage.keptTokens, 40);
    prefixes.find(a, 20);
    await keep(c);
    assert.deepEqual(
      [a, b, c].map((keys) => prefixes.find(keys, keys.length).length),
      [20, 0, 30],
    );
    prefixes.find(a, 20);
    const release = await plan.reserve(size(80));
    assert.deepEqual(
      [a, b, c].map((keys) => prefixes.find(keys, keys.length).length),
      [20, 0, 0],
    );
    const { length, parts } = await keep(b);
    assert.deepEqual([length, parts.length], [20, 1], 'it is of use once, where there is no room to keep it');
    assert.ok(prefixes.usage.keptTokens <= 20);
    release();
    const whole = await plan.reserve(size(100));
    assert.equal(prefixes.usage.keptTokens, 0);
    whole();
    await keep(numbers(61, 300));
    assert.equal(prefixes.usage.keptTokens, 0, 'more than its bound is not kept');
  });

  it('lets go the memory of answers before what is kept, and keeps no more of both than its bound', async () => {
    const plan = new MemoryPlan(300);
    const prefixes = new PrefixCache(shape, plan, 200);
    const answer = (keys: readonly number[]) => {
      const { parts } = prefixes.find(keys, keys.length);
      const cache = new KeyValueCache(shape, { rows: 1, mostLength: 64 });
      cache.begin([parts], 64, prefixes.spare);
      cache.release();
    };
    const keep = (keys: readonly number[]) => prefixes.keep(keys, async (first) => stored(keys.slice(first)));
    const [a, b] = [numbers(60), numbers(60, 100)];
    await keep(a);
    answer(a);
    assert.deepEqual([prefixes.usage.keptTokens, prefixes.spare.tokens], [60, 64]);
    await keep(b);
    answer(b);
    assert.deepEqual([prefixes.usage.keptTokens, prefixes.spare.tokens], [120, 64]);
    const release = await plan.reserve(size(150));
    assert.deepEqual([prefixes.usage.keptTokens, prefixes.spare.tokens], [120, 0]);
    release();
    answer(a);
    assert.equal(prefixes.spare.tokens, 64);
    prefixes.clear();
    assert.equal(prefixes.spare.tokens, 0);
  });

  it('counts the pictures that are kept with it', async () => {
    const prefixes = new PrefixCache(shape, new MemoryPlan(1000), 500);
    const picture = { latents: { data: new Float32Array(20), shape: [4, 5] } };
    const keys = numbers(10);
    const copy = async (first: number) => stored(keys.slice(first));
    const { pictures } = await prefixes.keep(keys, copy, new Map([[0, picture]]));
    assert.equal(pictures?.get(0), picture);
    // A token has two numbers.
    assert.equal(prefixes.usage.keptTokens, 10 + 20 / 2);
    assert.equal(prefixes.sizeOf(keys, new Map([[0, picture]])), 20);
    await prefixes.keep(keys, copy, new Map([[0, picture]]));
    assert.equal(prefixes.usage.keptTokens, 20, 'twice the same is kept once');
  });

  it('stays whole where it is dropped, or others keep more, while it is copied', async () => {
    const plan = new MemoryPlan(100);
    const prefixes = new PrefixCache(shape, plan, 60);
    const keys = numbers(40);
    const values = (parts: readonly { stored: StoredTokens; count: number }[]) =>
      parts.flatMap(({ stored: { values }, count }) => [...(values.get('value.0') ?? [])].slice(0, count));
    const keepAfter = (meanwhile: () => Promise<unknown>) =>
      prefixes.keep(keys, async (first) => {
        await meanwhile();
        return stored(keys.slice(first));
      });
    const plainly = (length: number) =>
      prefixes.keep(keys.slice(0, length), async (first) => stored(keys.slice(first, length)));
    await plainly(20);
    const dropped = await keepAfter(async () => (await plan.reserve(size(100)))());
    assert.deepEqual([dropped.length, values(dropped.parts)], [40, keys]);
    assert.equal(prefixes.usage.keptTokens, 0);
    await plainly(20);
    const grown = await keepAfter(() => plainly(30));
    assert.deepEqual([grown.length, values(grown.parts)], [40, keys]);
    assert.equal(prefixes.usage.keptTokens, 40);
  });
});
