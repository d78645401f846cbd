import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { KeyValueCache } from '../../../runtime/generate/key-value-cache.ts';
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

/** What each row remembers, by its mask and by every tensor alike. */
function rowsOf(cache: KeyValueCache): Token[][] {
  const feeds = cache.feeds();
  const rows = Array.from({ length: cache.rows }, (_, row): Token[] => {
    const mask = cache.mask(row);
    assert.ok(mask.length >= cache.length);
    assert.ok(
      mask.subarray(cache.length).every((each) => each === 0),
      'unused room does not count',
    );
    const first = feeds['past_key.0']?.data as Float32Array;
    return Array.from({ length: cache.length }, (_, place) => ({
      value: first[(row * HEADS * mask.length + place) * DIM] ?? Number.NaN,
      real: mask[place] === 1,
    }));
  });
  for (const [index, name] of NAMES.entries()) {
    const tensor = feeds[`past_${name}`];
    const room = cache.mask(0).length;
    assert.deepEqual(tensor?.dims, [cache.rows, HEADS, room, DIM]);
    const data = tensor.data as Float32Array;
    assert.ok(
      data.every((value) => Number.isFinite(value)),
      'what is unused may be multiplied by zero',
    );
    for (const [row, tokens] of rows.entries())
      for (const [place, { value }] of tokens.entries())
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

describe('key/value cache', () => {
  it('remembers what lists of rows would, whatever is appended and selected', () => {
    const action = fc.oneof(
      fc.record({
        kind: fc.constant('append' as const),
        text: fc.oneof(
          { weight: 4, arbitrary: fc.integer({ min: 1, max: 3 }) },
          { weight: 1, arbitrary: fc.constant(50) },
        ),
        padding: fc.nat(),
      }),
      fc.record({
        kind: fc.constant('select' as const),
        picks: fc.array(fc.nat(), { minLength: 1, maxLength: 5 }),
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), fc.array(action, { maxLength: 12 }), (rows, actions) => {
        const cache = new KeyValueCache(shape, { rows, mostLength: 600 });
        let expected = Array.from({ length: rows }, (): Token[] => []);
        for (const [step, each] of actions.entries()) {
          if (each.kind === 'append') {
            const added = expected.map((_, row) =>
              tokens(each.text, 1000 * step + 100 * row).map((token, place) => ({
                ...token,
                real: row + place !== each.padding,
              })),
            );
            append(cache, added);
            expected = expected.map((before, row) => [...before, ...(added[row] ?? [])]);
          } else {
            const picks = each.picks.map((pick) => pick % expected.length);
            cache.select(picks);
            expected = picks.map((pick) => expected[pick] ?? []);
          }
          assert.equal(cache.length, expected[0]?.length);
          assert.deepEqual(rowsOf(cache), expected);
        }
      }),
    );
  });

  it('copies nothing of what is stored while it stays within its room', () => {
    const cache = new KeyValueCache(shape, { rows: 2, mostLength: 40 });
    append(cache, [tokens(9), tokens(9, 100)]);
    const buffers = () => Object.values(cache.feeds()).map(({ data }) => (data as Float32Array).buffer);
    const before = buffers();
    for (let step = 0; step < 31; step++) {
      append(cache, [tokens(1, step), tokens(1, step)]);
      cache.select(step % 2 === 0 ? [1, 0] : [0, 0]);
    }
    assert.equal(cache.length, 40);
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
    assert.deepEqual([cache.bytes, cache.rows, cache.length], [0, 0, 0]);
  });
});
