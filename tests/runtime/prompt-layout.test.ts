import assert from 'node:assert/strict';
import fc from 'fast-check';
import { UserError } from '../../artifact/user-error.ts';
import { type Packing, packContinuations } from '../../runtime/media/packing.ts';
import { layoutBranches, type TextLayout } from '../../runtime/prompt/layout.ts';
import { packedDecode, packedPrefill } from '../models/language-feeds.ts';

const IMAGE = 7;
const PADDING = 9;
const token = fc.oneof(fc.constant(IMAGE), fc.integer({ min: 0, max: 6 }));
const prompt = fc.array(token, { minLength: 1, maxLength: 12 });
const prompts = fc.array(prompt, { minLength: 1, maxLength: 5 });
const side = fc.constantFrom('left' as const, 'right' as const);

/** The image of place l by the paper's words: the number of `<image>` tokens at or before it, less one. */
const phi = (tokens: readonly number[], place: number) =>
  tokens.slice(0, place + 1).filter((id) => id === IMAGE).length - 1;

/** What the graph does with the indices: the row that a token's attention reads, or null for exactly zero. */
function rowRead(layout: Packing, index: number): number | null {
  if (layout.hasMedia[index] === 0) return null;
  const slot = Number(layout.mediaSlots[index]);
  assert.equal(Number(layout.mediaRows[slot]), index, 'unpacking undoes packing');
  return Math.floor(slot / layout.chunk);
}

/** The places that a token, by its flat index, looks at. */
function placesSeen({ attentionMask, past, text }: TextLayout, index: number): number[] {
  const width = past + text;
  const row = attentionMask.subarray(index * width, (index + 1) * width);
  return [...row.entries()].flatMap(([place, seen]) => (seen === 1 ? [place] : []));
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

function checkSizes(layout: TextLayout & Packing, wanted: number): void {
  const flat = layout.batch * layout.text;
  assert.equal(layout.tokens.length, flat);
  assert.equal(layout.positions.length, flat);
  assert.equal(layout.mediaSlots.length, flat);
  assert.equal(layout.hasMedia.length, flat);
  assert.equal(layout.attentionMask.length, layout.batch * layout.text * (layout.past + layout.text));
  for (const [index, real] of layout.real.entries()) {
    assert.equal(real.length, layout.text);
    for (const [column, each] of real.entries())
      if (each === 0)
        assert.ok(!placesSeen(layout, index * layout.text + column).length, 'padding sees nothing');
  }
  assert.equal(layout.mediaRows.length, layout.rows * layout.chunk);
  assert.equal(layout.wanted.length, wanted);
  for (const index of layout.mediaRows) assert.ok(index >= 0n && index < BigInt(flat));
  for (const slot of layout.mediaSlots) assert.ok(slot >= 0n && slot < BigInt(layout.mediaRows.length));
}

describe('layoutPrefill, packed by image', () => {
  it('gives every token the last image at or before it, for any batch and padding', () => {
    fc.assert(
      fc.property(prompts, side, (batch, side) => {
        const layout = packedPrefill(batch, { image: IMAGE, padding: PADDING, side });
        checkSizes(layout, batch.length);
        const images = batch.map((tokens) => tokens.filter((id) => id === IMAGE).length);
        const total = images.reduce((sum, count) => sum + count, 0);
        assert.equal(layout.pictures.length, total);
        assert.equal(layout.rows, Math.max(1, total));
        let firstRow = 0;
        for (const [row, tokens] of batch.entries()) {
          const offset = side === 'left' ? layout.text - tokens.length : 0;
          for (let column = 0; column < layout.text; column += 1) {
            const index = row * layout.text + column;
            const place = column - offset;
            const real = place >= 0 && place < tokens.length;
            assert.equal(layout.real[row]?.[column], real ? 1 : 0);
            if (real) assert.deepEqual(placesSeen(layout, index), range(offset, column + 1));
            assert.equal(Number(layout.tokens[index]), real ? tokens[place] : PADDING);
            assert.equal(Number(layout.positions[index]), real ? place : 0);
            const image = real ? phi(tokens, place) : -1;
            assert.equal(rowRead(layout, index), image < 0 ? null : firstRow + image);
          }
          const count = images[row] ?? 0;
          assert.equal(layout.lastRows[row], count === 0 ? null : firstRow + count - 1);
          assert.equal(Number(layout.wanted[row]), row * layout.text + offset + tokens.length - 1);
          firstRow += count;
        }
      }),
    );
  });

  it('lets no token look at an image from after an end of document up to the next image', () => {
    const END = 3;
    fc.assert(
      fc.property(prompts, side, (batch, side) => {
        const layout = packedPrefill(batch, { image: IMAGE, padding: PADDING, endOfDocument: END, side });
        let firstRow = 0;
        for (const [row, tokens] of batch.entries()) {
          const offset = side === 'left' ? layout.text - tokens.length : 0;
          const looked = tokens.map((_, place) => {
            const before = tokens.slice(0, place);
            const forgotten = before.lastIndexOf(END) >= tokens.slice(0, place + 1).lastIndexOf(IMAGE);
            const image = phi(tokens, place);
            return image < 0 || forgotten ? null : firstRow + image;
          });
          for (const [place, image] of looked.entries())
            assert.equal(rowRead(layout, row * layout.text + offset + place), image);
          assert.equal(layout.lastRows[row], looked.at(-1), 'an answer looks at what the last token does');
          firstRow += tokens.filter((id) => id === IMAGE).length;
        }
        assert.equal(layout.pictures.length, firstRow);
      }),
    );
  });

  it('packs as tightly as the longest chunk', () => {
    fc.assert(
      fc.property(prompts, side, (batch, side) => {
        const { chunk } = packedPrefill(batch, { image: IMAGE, padding: PADDING, side });
        const longest = batch.flatMap((tokens) => {
          const places = tokens.map((_, place) => phi(tokens, place)).filter((image) => image >= 0);
          return places.map((image) => places.filter((other) => other === image).length);
        });
        assert.equal(chunk, Math.max(1, ...longest));
      }),
    );
  });

  it('has one dummy row when no prompt has an image', () => {
    const layout = packedPrefill([[1, 2], [3]], { image: IMAGE, padding: PADDING });
    assert.deepEqual([layout.rows, layout.chunk, layout.pictures.length], [1, 1, 0]);
    assert.deepEqual([...layout.hasMedia], [0, 0, 0, 0]);
    assert.deepEqual([...layout.mediaRows], [0n]);
    assert.deepEqual(layout.lastRows, [null, null]);
  });

  it('takes consecutive images and an image as the last token', () => {
    const layout = packedPrefill([[1, IMAGE, IMAGE, 2, IMAGE]], { image: IMAGE, padding: PADDING });
    assert.deepEqual([layout.rows, layout.chunk], [3, 2]);
    assert.deepEqual([...layout.mediaRows], [1n, 0n, 2n, 3n, 4n, 0n]);
    assert.deepEqual([...layout.mediaSlots], [0n, 0n, 2n, 3n, 4n]);
    assert.deepEqual([...layout.hasMedia], [0, 1, 1, 1, 1]);
  });

  it('asks for the logits of the places that are wanted', () => {
    const wanted = [[0, 2], [1]];
    const layout = packedPrefill(
      [
        [1, 2, 3],
        [4, 5],
      ],
      { image: IMAGE, padding: PADDING, wanted },
    );
    assert.deepEqual([...layout.wanted], [0n, 2n, 5n]);
  });

  it('refuses an empty batch, an empty prompt and a place outside its prompt', () => {
    const options = { image: IMAGE, padding: PADDING };
    assert.throws(() => packedPrefill([], options), UserError);
    assert.throws(() => packedPrefill([[1], []], options), /Prompt 1 has no tokens/);
    assert.throws(() => packedPrefill([[1, 2]], { ...options, wanted: [[2]] }), /from 0 to 1/);
  });
});

describe('layoutDecode, packed by image', () => {
  const sequence = (past: number) =>
    fc.record({
      tokens: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 3 }),
      past: fc
        .array(fc.constantFrom(0, 1), { minLength: past, maxLength: past })
        .map((mask) => Uint8Array.from(mask)),
      row: fc.option(fc.integer({ min: 0, max: 3 })),
    });
  const sequences = fc
    .integer({ min: 0, max: 6 })
    .chain((past) => fc.array(sequence(past), { minLength: 1, maxLength: 6 }));

  it('gives every new token its sequence’s row, and positions after its real cached tokens', () => {
    fc.assert(
      fc.property(sequences, side, (batch, side) => {
        const layout = packedDecode(batch, { rows: 4, padding: PADDING, side });
        checkSizes(layout, batch.length);
        assert.equal(layout.rows, 4);
        for (const [index, { tokens, past, row }] of batch.entries()) {
          const cached = range(0, layout.past).filter((place) => past[place] === 1);
          const before = [...past].filter((real) => real === 1).length;
          const offset = side === 'left' ? layout.text - tokens.length : 0;
          for (let column = 0; column < layout.text; column += 1) {
            const flat = index * layout.text + column;
            const place = column - offset;
            const real = place >= 0 && place < tokens.length;
            assert.equal(layout.real[index]?.[column], real ? 1 : 0);
            const seen = [...cached, ...range(layout.past + offset, layout.past + column + 1)];
            if (real) assert.deepEqual(placesSeen(layout, flat), seen);
            assert.equal(Number(layout.positions[flat]), real ? before + place : 0);
            assert.equal(rowRead(layout, flat), real ? row : null);
          }
          assert.equal(Number(layout.wanted[index]), index * layout.text + offset + tokens.length - 1);
        }
      }),
    );
  });

  it('continues a prefill as if the whole text had been laid out at once', () => {
    fc.assert(
      fc.property(prompts, prompt, side, (batch, tail, side) => {
        const more = tail.filter((id) => id !== IMAGE).concat(1);
        const prefill = packedPrefill(batch, { image: IMAGE, padding: PADDING, side });
        const decode = packedDecode(
          batch.map((_, index) => ({
            tokens: more,
            past: prefill.real[index] ?? new Uint8Array(0),
            row: prefill.lastRows[index] ?? null,
          })),
          { rows: prefill.rows, padding: PADDING },
        );
        const whole = packedPrefill(
          batch.map((tokens) => [...tokens, ...more]),
          { image: IMAGE, padding: PADDING, side },
        );
        for (const [index, tokens] of batch.entries()) {
          const offset = side === 'left' ? whole.text - tokens.length - more.length : 0;
          for (const place of more.keys()) {
            const inDecode = index * decode.text + place;
            const inWhole = index * whole.text + offset + tokens.length + place;
            assert.equal(decode.positions[inDecode], whole.positions[inWhole]);
            assert.equal(rowRead(decode, inDecode), rowRead(whole, inWhole));
          }
        }
      }),
    );
  });

  it('lets sequences share a row', () => {
    const past = Uint8Array.of(1);
    const layout = packedDecode(
      [
        { tokens: [1], past, row: 0 },
        { tokens: [2], past, row: 0 },
        { tokens: [3], past, row: 1 },
        { tokens: [4], past, row: null },
      ],
      { rows: 2, padding: PADDING },
    );
    assert.deepEqual([...layout.mediaRows], [0n, 1n, 2n, 0n]);
    assert.deepEqual([...layout.mediaSlots], [0n, 1n, 2n, 0n]);
    assert.deepEqual([...layout.hasMedia], [1, 1, 1, 0]);
  });

  it('refuses masks of different lengths and rows that do not exist', () => {
    const past = Uint8Array.of(1);
    const options = { rows: 1, padding: PADDING };
    const first = { tokens: [1], past, row: 0 };
    assert.throws(
      () => packedDecode([first, { ...first, past: new Uint8Array(2) }], options),
      /Sequence 1 has a mask of 2/,
    );
    assert.throws(() => packedDecode([{ ...first, row: 1 }], options), /image row 1 but there are 1 rows/);
  });
});

describe('layoutBranches', () => {
  it('lays out each branch as it is laid out alone, and lets none see another', () => {
    const branch = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 4 });
    const branches = fc.array(branch, { minLength: 1, maxLength: 5 });
    const past = fc.array(fc.constantFrom(0, 1), { maxLength: 6 }).map((mask) => Uint8Array.from(mask));
    fc.assert(
      fc.property(branches, past, fc.option(fc.integer({ min: 0, max: 1 })), (branches, past, row) => {
        const text = layoutBranches([{ branches, past }], { padding: PADDING });
        const layout = { ...text, ...packContinuations(text, [row], 2) };
        const count = branches.flat().length;
        checkSizes(layout, count);
        assert.deepEqual([...layout.wanted], range(0, count).map(BigInt));
        let first = 0;
        for (const tokens of branches) {
          const alone = packedDecode([{ tokens, past, row }], { rows: 2, padding: PADDING });
          for (const place of tokens.keys()) {
            const index = first + place;
            assert.equal(layout.tokens[index], alone.tokens[place]);
            assert.equal(layout.positions[index], alone.positions[place]);
            assert.equal(rowRead(layout, index), rowRead(alone, place));
            const moved = placesSeen(alone, place).map((seen) => (seen < past.length ? seen : seen + first));
            assert.deepEqual(placesSeen(layout, index), moved);
          }
          first += tokens.length;
        }
      }),
    );
  });

  it('refuses an empty branch', () => {
    const sequence = { branches: [[1], []], past: new Uint8Array(0) };
    assert.throws(() => layoutBranches([sequence], { padding: PADDING }), UserError);
  });
});
