import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { KeyValueCache } from '../../../runtime/generate/key-value-cache.ts';

const shape = { layers: 2, keyValueHeads: 2, headDim: 3 };

/** Writes what the language graph would: the past, and `value` for every new place. */
function step(cache: KeyValueCache, text: number, value: (row: number, place: number) => number): void {
  const { length } = cache;
  const past = cache.feeds();
  for (const [name, tensor] of Object.entries(cache.fetches(text))) {
    const from = past[name.replace('present', 'past')]?.data as Float32Array;
    const to = tensor.data as Float32Array;
    for (let row = 0; row < cache.rows; row++) {
      for (let head = 0; head < 2; head++) {
        for (let place = 0; place < length + text; place++) {
          for (let dim = 0; dim < 3; dim++) {
            const at = (places: number) => ((row * 2 + head) * places + place) * 3 + dim;
            to[at(length + text)] = place < length ? (from[at(length)] ?? NaN) : value(row, place - length);
          }
        }
      }
    }
  }
  cache.commit(text);
}

/** What each row remembers: the value of each place, the same in every layer, head and dimension. */
function rowsOf(cache: KeyValueCache): number[][] {
  const rows: number[][] = [];
  for (const [index, tensor] of Object.values(cache.feeds()).entries()) {
    assert.deepEqual(tensor.dims, [cache.rows, 2, cache.length, 3]);
    const data = tensor.data as Float32Array;
    for (let row = 0; row < cache.rows; row++) {
      for (let head = 0; head < 2; head++) {
        const values = Array.from(
          { length: cache.length },
          (_, place) => data[((row * 2 + head) * cache.length + place) * 3] ?? NaN,
        );
        if (index === 0 && head === 0) rows.push(values);
        assert.deepEqual(values, rows[row]);
      }
    }
  }
  return rows;
}

describe('key/value cache', () => {
  it('names its tensors as the language graph does', () => {
    const cache = new KeyValueCache(shape, { rows: 1, mostLength: 4 });
    assert.deepEqual(Object.keys(cache.feeds()).sort(), [
      'past_key.0',
      'past_key.1',
      'past_value.0',
      'past_value.1',
    ]);
    assert.deepEqual(Object.keys(cache.fetches(1)).sort(), [
      'present_key.0',
      'present_key.1',
      'present_value.0',
      'present_value.1',
    ]);
  });

  it('remembers what lists of rows would, whatever is appended, selected and forked', () => {
    const action = fc.oneof(
      fc.record({ kind: fc.constant('append' as const), text: fc.integer({ min: 1, max: 3 }) }),
      fc.record({
        kind: fc.constantFrom('select' as const, 'fork' as const),
        picks: fc.array(fc.nat(), { minLength: 1, maxLength: 5 }),
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), fc.array(action, { maxLength: 12 }), (rows, actions) => {
        let cache = new KeyValueCache(shape, { rows, mostLength: 40 });
        let expected = Array.from({ length: rows }, (): number[] => []);
        let counter = 0;
        for (const each of actions) {
          if (each.kind === 'append') {
            const base = counter;
            step(cache, each.text, (row, place) => base + row * 10 + place);
            expected = expected.map((values, row) => [
              ...values,
              ...Array.from({ length: each.text }, (_, place) => base + row * 10 + place),
            ]);
            counter += 100;
          } else {
            const picks = each.picks.map((pick) => pick % expected.length);
            const before = rowsOf(cache);
            const fork = each.kind === 'fork' ? cache.fork(picks, 40) : null;
            if (fork) {
              assert.deepEqual(rowsOf(cache), before);
              cache = fork;
            } else cache.select(picks);
            expected = picks.map((pick) => expected[pick] ?? []);
          }
          assert.deepEqual(rowsOf(cache), expected);
        }
      }),
    );
  });

  it('allocates nothing while it stays within its room', () => {
    const cache = new KeyValueCache(shape, { rows: 1, mostRows: 3, mostLength: 10 });
    const buffers = () =>
      new Set(
        [...Object.values(cache.feeds()), ...Object.values(cache.fetches(1))].map(
          ({ data }) => (data as Float32Array).buffer,
        ),
      );
    const { bytes } = cache;
    assert.equal(bytes, 2 * 2 * 2 * (3 * 2 * 10 * 3) * 4);
    const before = buffers();
    step(cache, 4, () => 1);
    cache.select([0, 0, 0]);
    step(cache, 1, () => 2);
    cache.select([2, 1]);
    step(cache, 4, () => 3);
    cache.select([0]);
    assert.equal(cache.bytes, bytes);
    cache.commit(0);
    for (const buffer of new Set(
      Object.values(cache.feeds()).map(({ data }) => (data as Float32Array).buffer),
    ))
      assert.ok(before.has(buffer));
  });

  it('says so when there is no room', () => {
    const cache = new KeyValueCache(shape, { rows: 1, mostLength: 4 });
    assert.throws(() => cache.fetches(5), /room/);
  });

  it('holds nothing after its release', () => {
    const cache = new KeyValueCache(shape, { rows: 2, mostLength: 4 });
    cache.release();
    assert.deepEqual([cache.bytes, cache.rows, cache.length], [0, 0, 0]);
  });
});
