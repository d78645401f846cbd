import { type Behaviour, type Pattern, type Piece, splitPiece } from '../piece.ts';

/** Parts a piece of normalised text into those that no token reaches beyond; none of them is empty. */
export type PreTokenizer = (piece: Piece) => readonly Piece[];

export function inTurn(steps: readonly PreTokenizer[]): PreTokenizer {
  return (piece) => steps.reduce<readonly Piece[]>((pieces, step) => pieces.flatMap(step), [piece]);
}

export function splitting(pattern: Pattern, behaviour: Behaviour): PreTokenizer {
  return (piece) => splitPiece(piece, pattern, behaviour);
}
