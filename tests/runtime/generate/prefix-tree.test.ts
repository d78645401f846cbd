import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { PrefixTree } from '../../../runtime/generate/cache/prefix-tree.ts';
import type { PromptKey } from '../../../runtime/generate/cache/prompt-keys.ts';
import { joinStored, type StoredTokens, storedNames } from '../../../runtime/generate/cache/stored-tokens.ts';
import { sharedLength } from '../../../runtime/prompt/shared-length.ts';

const HEADS = 2;
const DIM = 2;
const shape = { layers: 1, keyValueHeads: HEADS, headDim: DIM };

/** What a model would give for tokens: that of each depends on all before it. */
function stored(keys: readonly PromptKey[], first: number): StoredTokens {
  const values = storedNames(shape).map((name, index): [string, Float32Array] => {
    const data = new Float32Array(HEADS * (keys.length - first) * DIM);
    let at = 0;
    for (let head = 0; head < HEADS; head++)
      for (let place = first; place < keys.length; place++)
        for (let dim = 0; dim < DIM; dim++)
          data[at++] = hashOf(keys, place) + index / 4 + head / 8 + dim / 16;
    return [name, data];
  });
  return { tokens: keys.length - first, values: new Map(values) };
}

function hashOf(keys: readonly PromptKey[], place: number): number {
  return keys.slice(0, place + 1).reduce((hash: number, key) => (hash * 31 + Number(key) + 7) % 9973, 1);
}

const prompts = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 12 });

describe('a tree of what prompts begin with', () => {
  it('finds the longest beginning of any that it has, with what was stored of it', () => {
    fc.assert(
      fc.property(
        fc.array(prompts, { maxLength: 12 }),
        fc.array(prompts, { maxLength: 12 }),
        (kept, asked) => {
          const tree = new PrefixTree<string>(shape);
          for (const keys of kept)
            tree.insert(keys, (first) => stored(keys, first), { value: keys.join(), weight: 3 });
          const different = new Set(
            kept.flatMap((keys) => keys.map((_, at) => keys.slice(0, at + 1).join())),
          );
          const ends = new Set(kept.map((keys) => keys.join()));
          assert.equal(tree.tokens, different.size + 3 * ends.size, 'what is shared is stored once');
          for (const keys of asked) {
            const { length, parts, tail } = tree.find(keys);
            const shared = Math.max(0, ...kept.map((each) => sharedLength(each, keys)));
            assert.equal(length, shared);
            const lengths = kept
              .map((each) => each.length)
              .filter((each) => ends.has(keys.slice(0, each).join()));
            const longest = Math.max(0, ...lengths.filter((each) => each <= length));
            assert.equal(tail, longest === 0 ? undefined : keys.slice(0, longest).join());
            if (length > 0) assert.deepEqual(joinStored(parts, shape), stored(keys.slice(0, length), 0));
            assert.equal(tree.find(keys, 2).length, Math.min(2, length));
          }
        },
      ),
    );
  });

  it('drops first what was asked for the longest ago, and no beginning before what goes on from it', () => {
    fc.assert(
      fc.property(fc.array(prompts, { minLength: 1, maxLength: 12 }), (asked) => {
        const tree = new PrefixTree<string>(shape);
        for (const keys of asked) tree.insert(keys, (first) => stored(keys, first));
        const last = asked.at(-1) ?? [];
        while (tree.evict()) {
          for (const keys of [...new Set(asked)].toReversed()) {
            const { length, parts } = tree.find(keys);
            if (length > 0) assert.deepEqual(joinStored(parts, shape), stored(keys.slice(0, length), 0));
          }
          tree.find(last);
        }
        assert.equal(tree.tokens, tree.find(last).length);
        assert.equal(tree.tokens, last.length, 'what was asked for last is left');
      }),
    );
  });

  it('is empty when cleared', () => {
    const tree = new PrefixTree<string>(shape);
    tree.insert([1, 2], (first) => stored([1, 2], first));
    tree.clear();
    assert.deepEqual([tree.tokens, tree.find([1, 2]).length, tree.evict()], [0, 0, false]);
  });
});
