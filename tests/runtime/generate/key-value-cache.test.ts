import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { KeyValueCache } from '../../../runtime/generate/cache/key-value-cache.ts';
import { SpareMemory } from '../../../runtime/generate/cache/spare-memory.ts';
import type { StoredTokens } from '../../../runtime/generate/cache/stored-tokens.ts';
import { Tensor } from '../../../runtime/onnx-runtime.ts';

const HEADS = 2;
const DIM = 3;
const shape = { layers: 2, keyValueHeads: HEADS, headDim: DIM };
const NAMES = ['key.0', 'value.0', 'key.1', 'value.1'];

/** A token as the tests remember it: its value, and whether it is padding. */
type Token = { readonly value: number; readonly real: boolean };

/** What the language graph would give for new tokens: each tensor, head and dimension differs by a constant. */
function append(cache: KeyValueCache, rows: readonly (readonly Token[])[]): void {
  const text = rows[0]?.length ?? 0;
  const outputs = NAMES.map((name, index): [string, Tensor] => {
    const data = new Float32Array(rows.length * HEADS * text * DIM);
    let at = 0;
    for (const row of rows)
      for (let head = 0; head < HEADS; head++)
        for (const { value } of row)
          for (let dim = 0; dim < DIM; dim++) data[at++] = value + index / 8 + head / 16 + dim / 64;
    return [`new_${name}`, new Tensor('float32', data, [rows.length, HEADS, text, DIM])];
  });
  const real = rows.map((row) => Uint8Array.from(row, (token) => (token.real ? 1 : 0)));
  cache.append(Object.fromEntries(outputs), real);
}

/** The tokens of each row, by its mask and by every tensor alike. */
function rowsOf(cache: KeyValueCache): number[][] {
  const feeds = cache.feeds();
  const first = feeds['past_key.0']?.data as Float32Array;
  const rows = cache.lengths.map((length, row): number[] => {
    const mask = cache.mask(row);
    assert.deepEqual(
      [...mask],
      Array.from(mask, (_, place) => (place < length ? 1 : 0)),
    );
    return Array.from(
      { length },
      (_, place) => first[(row * HEADS * mask.length + place) * DIM] ?? Number.NaN,
    );
  });
  assert.equal(rows.length, cache.rows);
  for (const [index, name] of NAMES.entries()) {
    const tensor = feeds[`past_${name}`];
    const room = cache.mask(0).length;
    assert.deepEqual(tensor?.dims, [cache.rows, HEADS, room, DIM]);
    const data = tensor.data as Float32Array;
    assert.ok(
      data.every((value) => Number.isFinite(value)),
      'what is unused may be multiplied by zero',
    );
    for (const [row, values] of rows.entries())
      for (const [place, value] of values.entries())
        for (let head = 0; head < HEADS; head++)
          for (let dim = 0; dim < DIM; dim++)
            assert.equal(
              data[((row * HEADS + head) * room + place) * DIM + dim],
              value + index / 8 + head / 16 + dim / 64,
            );
  }
  return rows;
}

const tokens = (length: number, first = 0): Token[] =>
  Array.from({ length }, (_, place) => ({ value: first + place, real: true }));

/** What is kept of such tokens, as a cache would copy it. */
function storedOf(kept: readonly Token[]): Promise<StoredTokens> {
  const cache = new KeyValueCache(shape, { rows: 1, mostLength: kept.length });
  append(cache, [kept]);
  return cache.copy(0, 0, kept.length);
}

const realOf = (row: readonly Token[]): number[] => row.filter(({ real }) => real).map(({ value }) => value);

describe('key/value cache', () => {
  it('remembers what lists of rows would, whatever is appended, selected and joined', async () => {
    const text = fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 1, max: 3 }) },
      { weight: 1, arbitrary: fc.constant(90) },
    );
    const action = fc.oneof(
      fc.record({ kind: fc.constant('append' as const), text, padding: fc.nat() }),
      fc.record({
        kind: fc.constant('select' as const),
        picks: fc.array(fc.nat(), { minLength: 1, maxLength: 5 }),
      }),
      fc.record({ kind: fc.constant('join' as const), text, rows: fc.integer({ min: 1, max: 2 }) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.array(action, { maxLength: 12 }),
        async (rows, actions) => {
          const cache = new KeyValueCache(shape, { rows, mostLength: 2000 });
          let expected = Array.from({ length: rows }, (): number[] => []);
          for (const [step, each] of actions.entries()) {
            const added = (to: number, first: number) =>
              Array.from({ length: to }, (_, row) =>
                tokens(each.kind === 'select' ? 0 : each.text, first + 100 * row),
              );
            if (each.kind === 'append') {
              // Every row but one may have padding somewhere among its tokens.
              const given = added(expected.length, 1000 * step).map((row, index) =>
                row.map((token, place) => ({ ...token, real: (index + place) % 4 !== each.padding % 5 })),
              );
              append(cache, given);
              expected = expected.map((before, row) => [...before, ...realOf(given[row] ?? [])]);
            } else if (each.kind === 'select') {
              const picks = each.picks.map((pick) => pick % expected.length);
              await cache.select(picks);
              expected = picks.map((pick) => expected[pick] ?? []);
            } else {
              const other = new KeyValueCache(shape, { rows: each.rows, mostLength: 2000 });
              const given = added(each.rows, 1000 * step);
              append(other, given);
              await cache.join(other);
              assert.deepEqual(rowsOf(other), given.map(realOf), 'the other is left as it was');
              expected = [...expected, ...given.map(realOf)];
            }
            assert.deepEqual(rowsOf(cache), expected);
            if (each.kind !== 'append') continue;
            const most = Math.max(...cache.lengths);
            assert.ok(cache.mask(0).length < Math.max(2 * most, most + 64) + 64, 'room is in proportion');
          }
        },
      ),
    );
  });

  it('gives room back when its long rows are gone', async () => {
    const cache = new KeyValueCache(shape, { rows: 1, mostLength: 20 });
    append(cache, [tokens(8)]);
    const long = new KeyValueCache(shape, { rows: 3, mostLength: 900 });
    append(long, [tokens(700), tokens(700), tokens(700)]);
    await cache.join(long);
    assert.deepEqual([cache.rows, cache.lengths, cache.mask(0).length], [4, [8, 700, 700, 700], 704]);
    await cache.select([0]);
    assert.deepEqual([cache.mask(0).length, cache.bytes], [20, NAMES.length * HEADS * 20 * DIM * 4]);
    assert.deepEqual(rowsOf(cache), [realOf(tokens(8))]);
  });

  it('copies nothing of what is stored while it stays within its room', async () => {
    const cache = new KeyValueCache(shape, { rows: 2, mostLength: 40 });
    append(cache, [tokens(9), tokens(9, 100)]);
    const buffers = () => Object.values(cache.feeds()).map(({ data }) => (data as Float32Array).buffer);
    const before = buffers();
    for (let step = 0; step < 31; step++) {
      append(cache, [tokens(1, step), tokens(1, step)]);
      await cache.select(step % 2 === 0 ? [1, 0] : [0, 0]);
    }
    assert.deepEqual(cache.lengths, [40, 40]);
    assert.deepEqual(buffers(), before);
    assert.equal(cache.bytes, NAMES.length * 2 * HEADS * 40 * DIM * 4);
  });

  it('grows by steps, and no further than its most', () => {
    const cache = new KeyValueCache(shape, { rows: 1, mostLength: 150 });
    const rooms = [60, 1, 10, 70].map((text) => {
      append(cache, [tokens(text)]);
      return cache.mask(0).length;
    });
    assert.deepEqual(rooms, [64, 64, 128, 150]);
  });

  it('says so when there is no room', () => {
    const cache = new KeyValueCache(shape, { rows: 1, mostLength: 4 });
    assert.throws(() => append(cache, [tokens(5)]), /room/);
  });

  it('does not take what is not there', () => {
    const cache = new KeyValueCache(shape, { rows: 1, mostLength: 4 });
    assert.throws(() => cache.append({}, [Uint8Array.of(1)]), /new_key.0/);
  });

  it('holds nothing after its release', () => {
    const cache = new KeyValueCache(shape, { rows: 2, mostLength: 4 });
    append(cache, [tokens(2), tokens(2)]);
    cache.release();
    assert.deepEqual([cache.bytes, cache.rows, cache.lengths], [0, 0, []]);
  });

  describe('in memory of others that began alike', () => {
    const EXAMPLES = [tokens(70), tokens(40, 1000), tokens(20, 2000)];
    let stored: readonly StoredTokens[] = [];
    before(async () => {
      stored = await Promise.all(EXAMPLES.map(storedOf));
    });
    /** Some beginning: examples behind each other, the last of them cut. */
    const beginning = fc.record({
      parts: fc.array(fc.nat({ max: 2 }), { maxLength: 2 }),
      cut: fc.nat({ max: 3 }),
    });
    type Begun = { readonly parts: readonly number[]; readonly cut: number };
    const partsOf = ({ parts, cut }: Begun) =>
      parts.flatMap((part, index) => {
        const one = stored[part];
        if (one === undefined) return [];
        return [{ stored: one, count: one.tokens - (index === parts.length - 1 ? cut : 0) }];
      });
    const valuesOf = ({ parts, cut }: Begun) =>
      parts.flatMap((part, index) => {
        const values = realOf(EXAMPLES[part] ?? []);
        return index === parts.length - 1 ? values.slice(0, values.length - cut) : values;
      });
    const begin = (rows: readonly Begun[], spare: SpareMemory) => {
      const cache = new KeyValueCache(shape, { rows: rows.length, mostLength: 400 });
      const longest = Math.max(...rows.map((row) => valuesOf(row).length));
      cache.begin(rows.map(partsOf), longest + 5, spare);
      return cache;
    };

    it('is what it would be in memory of its own', async () => {
      const answer = fc.record({
        rows: fc.array(beginning, { minLength: 1, maxLength: 3 }),
        later: fc.array(beginning, { minLength: 1, maxLength: 2 }),
        text: fc.integer({ min: 1, max: 90 }),
        picks: fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
        damaged: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(answer, { minLength: 2, maxLength: 8 }), async (answers) => {
          const spare = new SpareMemory(() => Number.POSITIVE_INFINITY);
          for (const { rows, later, text, picks, damaged } of answers) {
            const cache = begin(rows, spare);
            let expected = rows.map(valuesOf);
            assert.deepEqual(rowsOf(cache), expected);
            append(
              cache,
              rows.map((_, row) => tokens(text, 5000 + 100 * row)),
            );
            expected = expected.map((row, index) => [...row, ...realOf(tokens(text, 5000 + 100 * index))]);
            const joined = begin(later, spare);
            await cache.join(joined);
            joined.release();
            expected = [...expected, ...later.map(valuesOf)];
            assert.deepEqual(rowsOf(cache), expected);
            const order = picks.map((pick) => pick % expected.length);
            await cache.select(order);
            expected = order.map((row) => expected[row] ?? []);
            assert.deepEqual(rowsOf(cache), expected);
            const nothing = { value: damaged ? Number.NaN : 1, real: true };
            append(
              cache,
              expected.map(() => [nothing, nothing]),
            );
            cache.release();
          }
        }),
        { numRuns: 40 },
      );
    });

    it('copies nothing that is in its place', () => {
      const spare = new SpareMemory(() => 1000);
      const rows: Begun[] = [
        { parts: [0, 1], cut: 0 },
        { parts: [0], cut: 2 },
      ];
      const buffers = (cache: KeyValueCache) =>
        Object.values(cache.feeds()).map(({ data }) => (data as Float32Array).buffer);
      const first = begin(rows, spare);
      const memory = buffers(first);
      // What is written here must be there still: nothing was copied over it.
      const firstNumber = (cache: KeyValueCache) => {
        const { 'past_key.0': keys } = cache.feeds();
        assert.ok(keys?.data instanceof Float32Array);
        return keys.data.subarray(0, 1);
      };
      firstNumber(first).fill(0.5);
      first.release();
      assert.equal(spare.tokens, 2 * 128);
      const second = begin(rows, spare);
      assert.deepEqual(buffers(second), memory);
      assert.deepEqual([...firstNumber(second)], [0.5]);
      assert.equal(spare.tokens, 0);
      second.release();
      const other = begin(
        [
          { parts: [1], cut: 0 },
          { parts: [2], cut: 0 },
        ],
        spare,
      );
      assert.notDeepEqual(buffers(other), memory, 'what began otherwise has no use for it');
    });

    it('keeps no more than it may', () => {
      let most = 300;
      const spare = new SpareMemory(() => most);
      const [row] = [{ parts: [0, 1], cut: 0 }] as const;
      const caches = [begin([row], spare), begin([row], spare), begin([row], spare)];
      for (const cache of caches) cache.release();
      assert.equal(spare.tokens, 2 * 128);
      most = 100;
      begin([row, row], spare).release();
      assert.equal(spare.tokens, 0);
    });
  });
});
