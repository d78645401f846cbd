import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { Tensor } from 'onnxruntime-common';
import { StaticCache } from '../../../runtime/generate/cache/static-cache.ts';

const HEADS = 2;
const DIM = 3;
const LENGTH = 12;
const shape = { layers: 1, keyValueHeads: HEADS, headDim: DIM, cacheLength: LENGTH };

/** What the language graph does: writes new tokens at their positions into the memory that it is given, or into a copy. */
function run(cache: StaticCache, rows: readonly (readonly number[])[], real: readonly Uint8Array[]): void {
  const feeds = cache.feeds(real);
  const { cache_positions: positions } = feeds;
  assert.deepEqual(positions?.dims, [rows.length, rows[0]?.length]);
  const places = positions.data as BigInt64Array;
  const outputs = Object.entries(cache.outputs).map(([name, memory]): [string, Tensor] => {
    const past = feeds[name.replace('present', 'past')];
    assert.ok(past && (memory === null || memory.data === past.data));
    const data = memory === null ? (past.data as Float32Array).slice() : (memory.data as Float32Array);
    for (const [row, values] of rows.entries())
      for (const [place, value] of values.entries())
        for (let head = 0; head < HEADS; head++) {
          const at = ((row * HEADS + head) * LENGTH + Number(places[row * values.length + place])) * DIM;
          data.fill(value + head / 4, at, at + DIM);
        }
    return [name, new Tensor('float32', data, past.dims)];
  });
  cache.append(Object.fromEntries(outputs), real);
}

function rowsOf(cache: StaticCache): number[][] {
  return cache.lengths.map((length, row) => {
    assert.deepEqual(
      [...cache.mask(row)],
      Array.from({ length: LENGTH }, (_, place) => (place < length ? 1 : 0)),
    );
    const [key, value] = ['past_key.0', 'past_value.0'].map((name) => {
      const tensor = cache.feeds([])[name];
      assert.deepEqual(tensor?.dims, [cache.rows, HEADS, LENGTH, DIM]);
      return tensor.data as Float32Array;
    });
    assert.deepEqual(key, value);
    return Array.from({ length }, (_, place) => {
      const at = (head: number) => key?.[((row * HEADS + head) * LENGTH + place) * DIM] ?? Number.NaN;
      assert.equal(at(1), at(0) + 1 / 4);
      return at(0);
    });
  });
}

describe('static cache', () => {
  it('remembers what lists of rows would, whatever is written, selected and joined', async () => {
    const action = fc.oneof(
      fc.record({
        kind: fc.constant('write' as const),
        text: fc.integer({ min: 1, max: 3 }),
        skip: fc.nat(3),
      }),
      fc.record({
        kind: fc.constant('select' as const),
        picks: fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
      }),
      fc.record({ kind: fc.constant('join' as const), text: fc.integer({ min: 1, max: 4 }) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        fc.array(action, { maxLength: 12 }),
        async (rows, writesInPlace, actions) => {
          const cache = new StaticCache(shape, { rows, writesInPlace });
          let expected = Array.from({ length: rows }, (): number[] => []);
          for (const [step, each] of actions.entries()) {
            if (each.kind === 'write') {
              if (expected.some(({ length }) => length + each.text > LENGTH)) continue;
              const given = expected.map((_, row) =>
                Array.from({ length: each.text }, (_token, place) => 100 * step + 10 * row + place),
              );
              // Padding stands before or behind.
              const real = given.map((row, index) =>
                Uint8Array.from(row, (_token, place) => (place === 0 && index === each.skip ? 0 : 1)),
              );
              run(cache, given, real);
              expected = expected.map((before, row) => [
                ...before,
                ...(given[row] ?? []).filter((_, place) => real[row]?.[place] === 1),
              ]);
            } else if (each.kind === 'select') {
              const picks = each.picks.map((pick) => pick % expected.length);
              await cache.select(picks);
              expected = picks.map((pick) => expected[pick] ?? []);
            } else {
              const other = new StaticCache(shape, { rows: 1, writesInPlace });
              const given = Array.from({ length: each.text }, (_, place) => 7000 + 10 * step + place);
              run(other, [given], [new Uint8Array(each.text).fill(1)]);
              await cache.join(other);
              expected = [...expected, given];
            }
            assert.deepEqual(rowsOf(cache), expected);
          }
        },
      ),
    );
  });

  it('begins with what was stored of other rows', async () => {
    const from = new StaticCache(shape, { rows: 2, writesInPlace: true });
    const real = [new Uint8Array(4).fill(1), new Uint8Array(4).fill(1)];
    run(
      from,
      [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
      ],
      real,
    );
    const [first, second] = [await from.copy(0, 1, 4), await from.copy(1, 0, 2)];
    const cache = new StaticCache(shape, { rows: 2 });
    cache.begin([
      [
        { stored: first, count: 2 },
        { stored: second, count: 2 },
      ],
      [],
    ]);
    assert.deepEqual(rowsOf(cache), [[2, 3, 5, 6], []]);
    assert.throws(() => cache.begin([[], []]), /only an empty cache/);
  });

  it('throws where it has no place left, and holds nothing once it is released', () => {
    const cache = new StaticCache(shape, { rows: 1, writesInPlace: true });
    run(cache, [new Array<number>(LENGTH).fill(1)], [new Uint8Array(LENGTH).fill(1)]);
    assert.equal(cache.bytes, 2 * 4 * HEADS * LENGTH * DIM);
    assert.throws(() => cache.append({}, [Uint8Array.of(1)]), /12 places and 13 are needed/);
    assert.throws(() => cache.feeds([Uint8Array.of(0)]), /12 places, and none is left for padding/);
    cache.release();
    assert.deepEqual([cache.rows, cache.bytes], [0, 0]);
  });
});
