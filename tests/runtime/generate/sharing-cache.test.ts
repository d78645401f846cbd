import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { SharingCache } from '../../../runtime/generate/cache/sharing-cache.ts';
import { SpareMemory } from '../../../runtime/generate/cache/spare-memory.ts';
import type { StoredTokens } from '../../../runtime/generate/cache/stored-tokens.ts';
import { Tensor } from '../../../runtime/onnx-runtime.ts';

const HEADS = 2;
const DIM = 3;
const shape = { layers: 2, keyValueHeads: HEADS, headDim: DIM };
const NAMES = ['key.0', 'value.0', 'key.1', 'value.1'];

/** What a tensor holds of a token: each tensor, head and dimension differs by a constant. */
const numberOf = (value: number, name: number, head: number, dim: number) =>
  value + name / 8 + head / 16 + dim / 64;

/** `[rows, heads, tokens, dim]` of each tensor. */
function tensorsOf(rows: readonly (readonly number[])[]): (readonly [name: string, Float32Array])[] {
  const text = rows[0]?.length ?? 0;
  return NAMES.map((name, index) => {
    const data = new Float32Array(rows.length * HEADS * text * DIM);
    let at = 0;
    for (const row of rows)
      for (let head = 0; head < HEADS; head++)
        for (const value of row)
          for (let dim = 0; dim < DIM; dim++) data[at++] = numberOf(value, index, head, dim);
    return [name, data] as const;
  });
}

/** Adds tokens to each row, laid out as the cache's rows are. */
function append(cache: SharingCache, rows: readonly (readonly number[])[]): void {
  const text = cache.sideBySide ? rows.flat().length : Math.max(...rows.map(({ length }) => length));
  let start = 0;
  const real = rows.map(({ length }) => {
    const own = new Uint8Array(text).fill(1, start, start + length);
    if (cache.sideBySide) start += length;
    return own;
  });
  const padded = rows.map((row) => [...row, ...new Array<number>(text - row.length).fill(0)]);
  const laid = cache.sideBySide ? [rows.flat()] : padded;
  const outputs = tensorsOf(laid).map(([name, data]): [string, Tensor] => [
    `new_${name}`,
    new Tensor('float32', data, [laid.length, HEADS, text, DIM]),
  ]);
  cache.append(Object.fromEntries(outputs), real);
}

/** The tokens of each row, by its mask in every tensor, and by copies. */
async function rowsOf(cache: SharingCache): Promise<number[][]> {
  const feeds = cache.feeds();
  const rows: number[][] = [];
  for (const [row, length] of cache.lengths.entries()) {
    const mask = cache.mask(row);
    const places = [...mask.keys()].filter((place) => mask[place] === 1);
    assert.equal(places.length, length);
    const lane = cache.sideBySide ? 0 : row;
    const held = NAMES.map((name): [string, Float32Array] => {
      const tensor = feeds[`past_${name}`];
      assert.deepEqual(tensor?.dims, [cache.sideBySide ? 1 : cache.rows, HEADS, mask.length, DIM]);
      const data = tensor.data as Float32Array;
      const heads = Array.from({ length: HEADS }, (_, head) => (lane * HEADS + head) * mask.length);
      const numbers = heads.flatMap((from) =>
        places.flatMap((place) => [...data.subarray((from + place) * DIM, (from + place + 1) * DIM)]),
      );
      return [name, Float32Array.from(numbers)];
    });
    const values = places.map((_, index) => held[0]?.[1][index * DIM] ?? Number.NaN);
    assert.deepEqual(held, tensorsOf([values]));
    const first = Math.floor(length / 3);
    const copied = await cache.copy(row, first, length);
    assert.deepEqual([...copied.values], tensorsOf([values.slice(first)]), 'a copy has the same tokens');
    rows.push(values);
  }
  assert.equal(rows.length, cache.rows);
  return rows;
}

const tokens = (length: number, first: number): number[] =>
  Array.from({ length }, (_, place) => first + place);

const storedOf = (values: readonly number[]): StoredTokens => ({
  tokens: values.length,
  values: new Map(tensorsOf([values])),
});

/** What prompts begin with. */
const EXAMPLES = [tokens(90, 100_000), tokens(40, 200_000)];
const STORED = EXAMPLES.map(storedOf);

/** A text that begins with one of them, up to `length`, and goes on in parts of its own. */
type Begun = { readonly example: number; readonly cut: number };

function begun(rows: readonly Begun[], spare?: SpareMemory): { cache: SharingCache; values: number[][] } {
  const cache = new SharingCache(shape, { rows: rows.length, mostLength: 4000 });
  const parts = rows.map(({ example, cut }) => {
    const stored = STORED[example] ?? storedOf([]);
    return [{ stored, count: stored.tokens - cut }];
  });
  cache.begin(parts, 95, spare);
  const values = rows.map(({ example, cut }) => (EXAMPLES[example] ?? []).slice(0, -cut || undefined));
  return { cache, values };
}

describe('a cache whose rows share what they begin with', () => {
  it('remembers what lists of rows would, whatever is appended, selected, joined and separated', async () => {
    const row = fc.record({
      example: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(1) }),
      cut: fc.constantFrom(0, 0, 0, 3),
    });
    const rows = fc.array(row, { minLength: 1, maxLength: 3 });
    const action = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ kind: fc.constant('append' as const), text: fc.integer({ min: 1, max: 9 }) }),
      },
      {
        weight: 3,
        arbitrary: fc.record({
          kind: fc.constant('select' as const),
          picks: fc.array(fc.nat(), { minLength: 1, maxLength: 6 }),
        }),
      },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('join' as const), rows }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('join nothing kept' as const) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('separate' as const) }) },
    );
    let shared = 0;
    await fc.assert(
      fc.asyncProperty(rows, fc.array(action, { maxLength: 12 }), async (first, actions) => {
        const spare = new SpareMemory(() => Number.POSITIVE_INFINITY);
        const { cache, values } = begun(first, spare);
        let expected = values;
        assert.deepEqual(await rowsOf(cache), expected);
        for (const [step, each] of actions.entries()) {
          if (each.kind === 'append') {
            const given = expected.map((_, index) =>
              tokens(1 + ((each.text + index) % 9), 1000 * step + 100 * index),
            );
            append(cache, given);
            expected = expected.map((before, index) => [...before, ...(given[index] ?? [])]);
          } else if (each.kind === 'select') {
            const picks = each.picks.map((pick) => pick % expected.length);
            await cache.select(picks);
            expected = picks.map((pick) => expected[pick] ?? []);
          } else if (each.kind === 'join') {
            const other = begun(each.rows, spare);
            await cache.join(other.cache);
            other.cache.release();
            expected = [...expected, ...other.values];
          } else if (each.kind === 'join nothing kept') {
            const other = new SharingCache(shape, { rows: 1, mostLength: 4000 });
            append(other, [tokens(7, 1000 * step)]);
            await cache.join(other);
            other.release();
            expected = [...expected, tokens(7, 1000 * step)];
          } else await cache.separate();
          assert.deepEqual(await rowsOf(cache), expected);
          if (cache.sideBySide && cache.rows > 1) shared += 1;
        }
        cache.release();
        assert.deepEqual([cache.rows, cache.bytes], [0, 0]);
      }),
    );
    assert.ok(shared > 20, `rows stood side by side in ${shared} steps`);
  });

  it('holds what questions begin with once, and so do beams behind them', async () => {
    const { cache } = begun(Array.from({ length: 8 }, () => ({ example: 0, cut: 0 })));
    const alone = begun([{ example: 0, cut: 0 }]).cache;
    append(
      cache,
      cache.lengths.map((_, row) => tokens(2, 1000 * row)),
    );
    assert.deepEqual([cache.sideBySide, cache.rows], [true, 8]);
    assert.ok(cache.bytes < 2 * alone.bytes, `${cache.bytes} bytes, ${alone.bytes} of one row`);
    append(alone, [tokens(5, 0)]);
    const { bytes } = alone;
    await alone.select([0, 0, 0, 0]);
    assert.deepEqual([alone.sideBySide, alone.rows, alone.bytes], [true, 4, bytes]);
  });

  it('gives rows memory of their own when most of what they hold is theirs', async () => {
    const { cache } = begun([0, 1, 2].map(() => ({ example: 0, cut: 0 })));
    append(cache, [tokens(4, 0), tokens(4, 100), tokens(4, 200)]);
    await cache.select([0, 1, 2]);
    assert.equal(cache.sideBySide, true);
    append(cache, [tokens(200, 1000), tokens(200, 2000), tokens(200, 3000)]);
    await cache.select([0, 1, 2]);
    assert.deepEqual([cache.sideBySide, cache.lengths], [false, [294, 294, 294]]);
  });

  it('moves rows together when others have gone', async () => {
    const { cache, values } = begun([0, 1, 2, 3].map(() => ({ example: 0, cut: 0 })));
    append(
      cache,
      [0, 1, 2, 3].map((row) => tokens(60, 1000 * row)),
    );
    const { bytes } = cache;
    await cache.select([3]);
    assert.equal(cache.sideBySide, true);
    assert.ok(cache.bytes < bytes / 1.5, `${cache.bytes} of ${bytes} bytes`);
    assert.deepEqual(await rowsOf(cache), [[...(values[3] ?? []), ...tokens(60, 3000)]]);
  });

  it('gives a row no more places than it may have', () => {
    const cache = new SharingCache(shape, { rows: 1, mostLength: 4 });
    assert.throws(() => append(cache, [tokens(5, 0)]), /has room for 4 tokens and 5 are needed/);
  });

  it('does not take rows that are not there', async () => {
    const { cache } = begun([{ example: 0, cut: 0 }]);
    await assert.rejects(cache.select([1]), /the cache has 1 rows, not 1/);
  });
});
