import { UserError } from '../../artifact/user-error.ts';

/**
 * Index inputs of the language graph for one call, in the layout that ONNX Runtime takes: int64 as BigInt64Array,
 * bool as Uint8Array of 0 and 1. Beside the graph's inputs stand the sizes that give them their shapes.
 */
export type TextLayout = {
  readonly batch: number;
  /** New tokens per sequence, padding included. */
  readonly text: number;
  /** Places of the cache before the new tokens; 0 in prefill. */
  readonly past: number;
  /** Images that text looks at; 1 (a dummy) where no text looks at any. */
  readonly rows: number;
  /** Tokens of the row that most tokens look at; at least 1. */
  readonly chunk: number;
  /** `tokens` [batch, text]. */
  readonly tokens: BigInt64Array;
  /** `positions` [batch, text]: place among the sequence's real tokens, from 0; padding has 0. */
  readonly positions: BigInt64Array;
  /** `attention_mask` [batch, text, past + text]: 1 = the token looks at this place, a real token not after it. */
  readonly attentionMask: Uint8Array;
  /** For each sequence which of its `text` new tokens are real: 1, and 0 for padding. */
  readonly real: readonly Uint8Array[];
  /** `media_rows` [rows, chunk]: flat indices into [batch, text] of the tokens that look at the row's image; unused 0. */
  readonly mediaRows: BigInt64Array;
  /** `media_slots` [batch, text]: flat index into [rows, chunk] of each token; 0 where it looks at no image. */
  readonly mediaSlots: BigInt64Array;
  /** `has_media` [batch, text]: 1 = the token looks at an image. */
  readonly hasMedia: Uint8Array;
  /** `wanted` [wanted]: flat indices into [batch, text] of the tokens whose logits are asked for. */
  readonly wanted: BigInt64Array;
};

export type PrefillLayout = TextLayout & {
  /** Images in the batch: the rows that need keys and values. 0 where the only row is a dummy. */
  readonly images: number;
  /** For each prompt the row that its last token looks at, as its answer will; null where that looks at no image. */
  readonly lastRows: readonly (number | null)[];
};

export type PrefillOptions = {
  /** Id of the `<image>` token. */
  readonly image: number;
  /** Id that fills the shorter prompts up. */
  readonly padding: number;
  /** Id of the token after which no image is looked at up to the next one; left out: the last one always is. */
  readonly endOfDocument?: number;
  /** Side of the padding, default `left`: all prompts then end in the last column. Both give the same answers. */
  readonly side?: 'left' | 'right';
  /**
   * For each prompt the places (0 = its first token) whose logits are asked for; default: its last token.
   * `wanted` has them prompt after prompt, in the order given.
   */
  readonly wanted?: readonly (readonly number[])[];
};

/**
 * Lays out whole prompts for the language graph. Every image of every prompt becomes one row, in order of reading;
 * its chunk is the tokens that look at it: from its `<image>` token up to the next one (phi(l) of the Flamingo paper,
 * section 2.3: a token looks at the last image at or before it), or up to an end of document, which itself still looks
 * at it (Idefics' `image_attention_mask_for_packed_input_ids`). Tokens before the first image look at none.
 *
 * @param prompts Token ids of each prompt, none of them empty, of any lengths.
 * @throws UserError for an empty batch, an empty prompt, or a wanted place outside its prompt.
 */
export function layoutPrefill(
  prompts: readonly (readonly number[])[],
  { image, padding, endOfDocument, side = 'left', wanted }: PrefillOptions,
): PrefillLayout {
  const lookedAt: number[][] = [];
  const lastRows: (number | null)[] = [];
  const text = widest(prompts);
  for (const [index, prompt] of prompts.entries()) {
    const start = index * text + (side === 'left' ? text - prompt.length : 0);
    let row: number | null = null;
    let lastRow: number | null = null;
    for (const [place, token] of prompt.entries()) {
      if (token === image) {
        row = lookedAt.length;
        lookedAt.push([]);
      }
      if (row !== null) lookedAt[row]?.push(start + place);
      lastRow = row;
      if (token === endOfDocument) row = null;
    }
    lastRows.push(lastRow);
  }
  const sequences = prompts.map((tokens) => ({ branches: [tokens], past: new Uint8Array(0) }));
  return {
    ...layoutText(sequences, { text, past: 0, padding, side, lookedAt, wanted }),
    images: lookedAt.length,
    lastRows,
  };
}

/** One sequence that is being continued: a beam, a sample, or a candidate answer of a prompt. */
export type Continuation = {
  /** New token ids; sequences may differ in how many. */
  readonly tokens: readonly number[];
  /** Which places of the cache hold real tokens of the sequence: 1, and 0 for padding and unused places. */
  readonly past: Uint8Array;
  /** Row of the image that its new tokens look at, or null for none. Sequences may share a row. */
  readonly row: number | null;
};

export type DecodeOptions = {
  /** Rows of `media_key.{i}` and `media_value.{i}`. Rows that no sequence looks at are allowed. */
  readonly rows: number;
  /** Id that fills the shorter sequences up. */
  readonly padding: number;
  /** Side of the padding where sequences differ in length, default `right`. */
  readonly side?: 'left' | 'right';
  /** For each sequence the places of its new tokens whose logits are asked for; default: the last. */
  readonly wanted?: readonly (readonly number[])[];
};

/**
 * Lays out the next tokens of sequences whose earlier tokens are in the cache. All new tokens of a sequence look at
 * what the last token of its prompt does: while text is written phi is constant, so no other image's keys are needed. A
 * new `<image>` token has no meaning here (its image would have no keys): keep generation from choosing it.
 *
 * @throws UserError for an empty batch, a sequence without new tokens, masks of different lengths or a row out of range.
 */
export function layoutDecode(
  sequences: readonly Continuation[],
  { rows, padding, side = 'right', wanted }: DecodeOptions,
): TextLayout {
  const text = widest(sequences.map((sequence) => sequence.tokens));
  const past = sequences[0]?.past.length ?? 0;
  const lookedAt = Array.from({ length: rows }, (): number[] => []);
  for (const [index, sequence] of sequences.entries()) {
    if (sequence.past.length !== past) {
      throw new UserError(
        `Sequence ${index} has a mask of ${sequence.past.length} cached places but sequence 0 has ${past}: pass the masks of one cache.`,
      );
    }
    if (sequence.row === null) continue;
    const row = lookedAt[sequence.row];
    if (row === undefined) {
      throw new UserError(
        `Sequence ${index} looks at image row ${sequence.row} but there are ${rows} rows: pass a row below ${rows}, or null for a sequence without an image.`,
      );
    }
    const start = index * text + (side === 'left' ? text - sequence.tokens.length : 0);
    for (const place of sequence.tokens.keys()) row.push(start + place);
  }
  const alone = sequences.map(({ tokens, past }) => ({ branches: [tokens], past }));
  return layoutText(alone, { text, past, padding, side, lookedAt, wanted });
}

/**
 * Lays out alternative continuations of one sequence, side by side: each sees the cache and itself, none sees another.
 * So they share the cache as it is, and are read in one run without padding.
 *
 * @param branches New token ids of each continuation, none of them empty.
 * @returns A batch of one; `wanted` has every token of every branch, in order.
 */
export function layoutBranches(
  branches: readonly (readonly number[])[],
  { past, row, rows, padding }: Pick<Continuation, 'past' | 'row'> & Pick<DecodeOptions, 'rows' | 'padding'>,
): TextLayout {
  widest(branches);
  const places = [...branches.flat().keys()];
  const lookedAt = Array.from({ length: rows }, (_, index) => (index === row ? places : []));
  return layoutText([{ branches, past }], {
    text: places.length,
    past: past.length,
    padding,
    side: 'left',
    lookedAt,
    wanted: [places],
  });
}

type TextOptions = {
  readonly text: number;
  readonly past: number;
  readonly padding: number;
  readonly side: 'left' | 'right';
  /** For each row the flat indices of the tokens that look at it. */
  readonly lookedAt: readonly (readonly number[])[];
  readonly wanted: readonly (readonly number[])[] | undefined;
};

/** New tokens of one sequence, as continuations that do not see each other: mostly one. */
type Branches = { readonly branches: readonly (readonly number[])[]; readonly past: Uint8Array };

function layoutText(
  sequences: readonly Branches[],
  { text, past, padding, side, lookedAt, wanted }: TextOptions,
): TextLayout {
  const batch = sequences.length;
  const width = past + text;
  const tokens = new BigInt64Array(batch * text).fill(BigInt(padding));
  const positions = new BigInt64Array(batch * text);
  const attentionMask = new Uint8Array(batch * text * width);
  const real = sequences.map(() => new Uint8Array(text));
  const wantedIndices: number[] = [];
  for (const [index, sequence] of sequences.entries()) {
    const length = sequence.branches.reduce((sum, branch) => sum + branch.length, 0);
    const offset = side === 'left' ? text - length : 0;
    real[index]?.fill(1, offset, offset + length);
    const position = sequence.past.reduce((count, each) => count + each, 0);
    let first = offset;
    for (const branch of sequence.branches) {
      for (const [place, token] of branch.entries()) {
        const at = index * text + first + place;
        tokens[at] = BigInt(token);
        positions[at] = BigInt(position + place);
        attentionMask.set(sequence.past, at * width);
        attentionMask.fill(1, at * width + past + first, at * width + past + first + place + 1);
      }
      first += branch.length;
    }
    for (const place of wanted === undefined ? [length - 1] : (wanted[index] ?? [])) {
      if (!Number.isInteger(place) || place < 0 || place >= length) {
        throw new UserError(
          `The logits of token ${place} of sequence ${index} are asked for but it has ${length} tokens: ask for places from 0 to ${length - 1}.`,
        );
      }
      wantedIndices.push(index * text + offset + place);
    }
  }

  const rows = Math.max(1, lookedAt.length);
  const chunk = lookedAt.reduce((longest, row) => Math.max(longest, row.length), 1);
  const mediaRows = new BigInt64Array(rows * chunk);
  const mediaSlots = new BigInt64Array(batch * text);
  const hasMedia = new Uint8Array(batch * text);
  for (const [row, indices] of lookedAt.entries()) {
    for (const [place, index] of indices.entries()) {
      const slot = row * chunk + place;
      mediaRows[slot] = BigInt(index);
      mediaSlots[index] = BigInt(slot);
      hasMedia[index] = 1;
    }
  }
  return {
    batch,
    text,
    past,
    rows,
    chunk,
    tokens,
    positions,
    attentionMask,
    real,
    mediaRows,
    mediaSlots,
    hasMedia,
    wanted: BigInt64Array.from(wantedIndices, BigInt),
  };
}

function widest(sequences: readonly (readonly number[])[]): number {
  if (sequences.length === 0) throw new UserError('There are no prompts: pass at least one.');
  const empty = sequences.findIndex((tokens) => tokens.length === 0);
  if (empty >= 0) {
    throw new UserError(`Prompt ${empty} has no tokens: give it at least one image or one word.`);
  }
  return sequences.reduce((longest, tokens) => Math.max(longest, tokens.length), 0);
}
