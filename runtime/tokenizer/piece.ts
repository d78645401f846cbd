/** A part of a text on its way to the model. */
export interface Piece {
  readonly text: string;
  /**
   * How many code units from the piece's start stand for the first character of the whole text: above 0 only in the
   * piece that the text begins with.
   */
  readonly origin: number;
}

/** From where to where, in code units, and whether the pattern matched there. */
export type Range = readonly [start: number, end: number, matched: boolean];

/** Parts a text into ranges that follow each other and cover it. */
export type Pattern = (text: string) => readonly Range[];

/** What becomes of a match: `SplitDelimiterBehavior` of Hugging Face's tokenizers. */
export const BEHAVIOURS = [
  'Removed',
  'Isolated',
  'MergedWithPrevious',
  'MergedWithNext',
  'Contiguous',
] as const;

export type Behaviour = (typeof BEHAVIOURS)[number];

/** Parts one piece where a pattern matches; nothing is empty. */
export function splitPiece(piece: Piece, pattern: Pattern, behaviour: Behaviour): Piece[] {
  const ranges = MERGES[behaviour](pattern(piece.text));
  return ranges.filter(([start, end]) => end > start).map(([start, end]) => slicePiece(piece, start, end));
}

export function slicePiece({ text, origin }: Piece, start: number, end: number): Piece {
  return { text: text.slice(start, end), origin: Math.max(0, Math.min(origin, end) - start) };
}

/** A pattern that matches where another does not. */
export function inverted(pattern: Pattern): Pattern {
  return (text) => pattern(text).map(([start, end, matched]) => [start, end, !matched]);
}

type Merge = (ranges: readonly Range[]) => readonly Range[];

const MERGES: Readonly<Record<Behaviour, Merge>> = {
  Removed: (ranges) => ranges.filter(([, , matched]) => !matched),
  Isolated: (ranges) => ranges,
  MergedWithPrevious: (ranges) => joined(ranges, (matched, previous) => matched && !previous),
  Contiguous: (ranges) => joined(ranges, (matched, previous) => matched === previous),
  MergedWithNext: (ranges) =>
    joined(ranges.toReversed(), (matched, previous) => matched && !previous).toReversed(),
};

/** Joins each range to the one before it (in the order given) where `joins` says so; before the first is no match. */
function joined(
  ranges: readonly Range[],
  joins: (matched: boolean, previous: boolean) => boolean,
): readonly Range[] {
  const result: Range[] = [];
  let previous = false;
  for (const [start, end, matched] of ranges) {
    const last = result.at(-1);
    if (last !== undefined && joins(matched, previous)) {
      result[result.length - 1] = [Math.min(start, last[0]), Math.max(end, last[1]), false];
    } else {
      result.push([start, end, false]);
    }
    previous = matched;
  }
  return result;
}
