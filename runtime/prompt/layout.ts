import { Tensor } from 'onnxruntime-common';
import { UserError } from '../../artifact/user-error.ts';

/**
 * The language graph's inputs of text for one call, in the layout that ONNX Runtime takes: int64 as BigInt64Array, bool
 * as Uint8Array of 0 and 1. Beside them stand the sizes that give them their shapes, and where each sequence's tokens
 * lie, by which a way of media lays out its own.
 */
export type TextLayout = {
  /** Rows of the inputs: as many as sequences, or 1 where these stand side by side in it. */
  readonly batch: number;
  /** New tokens per row, padding included. */
  readonly text: number;
  /** Places of the cache before the new tokens; in prefill those of a static one, else 0. */
  readonly past: number;
  /** The real new tokens of each sequence, which stand together. */
  readonly sequences: readonly PlacedTokens[];
  /** `tokens` [batch, text]. */
  readonly tokens: BigInt64Array;
  /** `positions` [batch, text]: place among the sequence's real tokens, from 0; padding has 0. */
  readonly positions: BigInt64Array;
  /** `attention_mask` [batch, text, past + text]: 1 = the token looks at this place, a real token not after it. */
  readonly attentionMask: Uint8Array;
  /** For each sequence which of the `text` new tokens of its row are its own: 1, and 0 for padding and those of others. */
  readonly real: readonly Uint8Array[];
  /** `wanted` [wanted]: flat indices into [batch, text] of the tokens whose logits are asked for. */
  readonly wanted: BigInt64Array;
};

/** New tokens of one sequence. */
export type PlacedTokens = {
  readonly tokens: readonly number[];
  /** The flat index into [batch, text] of the first of them. */
  readonly first: number;
  /** Where a prompt is read in pieces, its tokens before these; left out: none, or no way of media asks for them. */
  readonly before?: readonly number[];
};

export type PrefillOptions = {
  /** Id that fills the shorter prompts up. */
  readonly padding: number;
  /** Side of the padding, default `left`: all prompts then end in the last column. Both give the same answers. */
  readonly side?: 'left' | 'right';
  /** Places of a cache that holds nothing yet, default 0. */
  readonly past?: number;
  /**
   * For each prompt the places (0 = its first token) whose logits are asked for; default: its last token.
   * `wanted` has them prompt after prompt, in the order given.
   */
  readonly wanted?: readonly (readonly number[])[];
};

/**
 * Lays out whole prompts for the language graph.
 *
 * @param prompts Token ids of each prompt, none of them empty, of any lengths.
 * @throws UserError for an empty batch, an empty prompt, or a wanted place outside its prompt.
 */
export function layoutPrefill(
  prompts: readonly (readonly number[])[],
  { padding, side = 'left', past = 0, wanted }: PrefillOptions,
): TextLayout {
  const sequences = prompts.map((tokens) => ({ branches: [tokens], past: new Uint8Array(past) }));
  return layoutText(sequences, { text: widest(prompts), past, padding, side, wanted });
}

/** One sequence that is being continued: a beam, a sample, or a candidate answer of a prompt. */
export type Continuation = {
  /** New token ids; sequences may differ in how many. */
  readonly tokens: readonly number[];
  /** Which places of the cache hold real tokens of the sequence: 1, and 0 for padding and unused places. */
  readonly past: Uint8Array;
  /** Of a prompt that is read in pieces: its tokens in the cache. */
  readonly before?: readonly number[];
};

export type DecodeOptions = {
  /** Id that fills the shorter sequences up. */
  readonly padding: number;
  /** Side of the padding where sequences differ in length, default `right`. */
  readonly side?: 'left' | 'right';
  /**
   * All sequences stand one behind the other in one row, over one past: each sees its own places of it, and none sees another.
   * Default false: each has a row.
   */
  readonly sideBySide?: boolean;
  /** For each sequence the places of its new tokens whose logits are asked for; default: the last. */
  readonly wanted?: readonly (readonly number[])[];
};

/**
 * Lays out the next tokens of sequences whose earlier tokens are in the cache.
 *
 * @throws UserError for an empty batch, a sequence without new tokens, or masks of different lengths.
 */
export function layoutDecode(
  sequences: readonly Continuation[],
  { padding, side = 'right', wanted, sideBySide = false }: DecodeOptions,
): TextLayout {
  const text = textOf(
    sequences.map((sequence) => sequence.tokens),
    sideBySide,
  );
  const past = sequences[0]?.past.length ?? 0;
  for (const [index, sequence] of sequences.entries()) {
    if (sequence.past.length !== past) {
      throw new UserError(
        `Sequence ${index} has a mask of ${sequence.past.length} cached places but sequence 0 has ${past}: pass the masks of one cache.`,
      );
    }
  }
  const alone = sequences.map(({ tokens, ...rest }) => ({ branches: [tokens], ...rest }));
  return layoutText(alone, { text, past, padding, side, wanted, sideBySide });
}

/**
 * Lays out alternative continuations of sequences, those of each side by side: each sees the cache and itself, none sees
 * another. So they share the cache as it is, and are read in one run.
 *
 * @param sequences Of each the new token ids of its continuations, none of them empty, and its places of the cache.
 * @returns `wanted` has every token of every branch, in order.
 */
export function layoutBranches(
  sequences: readonly Branches[],
  { padding, sideBySide = false }: Pick<DecodeOptions, 'padding' | 'sideBySide'>,
): TextLayout {
  for (const { branches } of sequences) widest(branches);
  const rows = sequences.map(({ branches }) => branches.flat());
  return layoutText(sequences, {
    text: textOf(rows, sideBySide),
    sideBySide,
    past: sequences[0]?.past.length ?? 0,
    padding,
    side: 'left',
    wanted: rows.map((tokens) => [...tokens.keys()]),
  });
}

/** A layout as the language graph takes it: `tokens`, `positions`, `attention_mask` and `wanted`. */
export function textFeeds(layout: TextLayout): Record<string, Tensor> {
  const { batch, text, past, wanted } = layout;
  return {
    tokens: new Tensor('int64', layout.tokens, [batch, text]),
    positions: new Tensor('int64', layout.positions, [batch, text]),
    attention_mask: new Tensor('bool', layout.attentionMask, [batch, text, past + text]),
    wanted: new Tensor('int64', wanted, [wanted.length]),
  };
}

type TextOptions = {
  readonly text: number;
  readonly past: number;
  readonly padding: number;
  readonly side: 'left' | 'right';
  readonly wanted: readonly (readonly number[])[] | undefined;
  readonly sideBySide?: boolean;
};

/** New tokens of one sequence, as continuations that do not see each other: mostly one. */
export type Branches = Omit<Continuation, 'tokens'> & { readonly branches: readonly (readonly number[])[] };

function layoutText(
  sequences: readonly Branches[],
  { text, past, padding, side, wanted, sideBySide = false }: TextOptions,
): TextLayout {
  const batch = sideBySide ? 1 : sequences.length;
  const width = past + text;
  const tokens = new BigInt64Array(batch * text).fill(BigInt(padding));
  const positions = new BigInt64Array(batch * text);
  const attentionMask = new Uint8Array(batch * text * width);
  const real = sequences.map(() => new Uint8Array(text));
  let beside = 0;
  const placed: PlacedTokens[] = [];
  const wantedIndices: number[] = [];
  for (const [index, sequence] of sequences.entries()) {
    const length = sequence.branches.reduce((sum, branch) => sum + branch.length, 0);
    const start = sideBySide ? 0 : index * text;
    const offset = sideBySide ? beside : side === 'left' ? text - length : 0;
    beside += length;
    real[index]?.fill(1, offset, offset + length);
    const { before } = sequence;
    placed.push({
      tokens: sequence.branches.flat(),
      first: start + offset,
      ...(before !== undefined && { before }),
    });
    const position = sequence.past.reduce((count, each) => count + each, 0);
    let first = offset;
    for (const branch of sequence.branches) {
      for (const [place, token] of branch.entries()) {
        const at = start + first + place;
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
      wantedIndices.push(start + offset + place);
    }
  }
  return {
    batch,
    text,
    past,
    sequences: placed,
    tokens,
    positions,
    attentionMask,
    real,
    wanted: BigInt64Array.from(wantedIndices, BigInt),
  };
}

/** New tokens of a row of such sequences. */
function textOf(sequences: readonly (readonly number[])[], sideBySide: boolean): number {
  const longest = widest(sequences);
  return sideBySide ? sequences.reduce((sum, { length }) => sum + length, 0) : longest;
}

function widest(sequences: readonly (readonly number[])[]): number {
  if (sequences.length === 0) throw new UserError('There are no prompts: pass at least one.');
  const empty = sequences.findIndex((tokens) => tokens.length === 0);
  if (empty >= 0) {
    throw new UserError(`Prompt ${empty} has no tokens: give it at least one image or one word.`);
  }
  return sequences.reduce((longest, tokens) => Math.max(longest, tokens.length), 0);
}
