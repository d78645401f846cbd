import { z } from 'zod';
import { parseSection } from '../component.ts';
import { type Piece, slicePiece } from '../piece.ts';
import type { PreTokenizer } from './pre-tokenizer.ts';

const schema = z.strictObject({ type: z.string(), length: z.int().min(1).default(5) });

/** Pieces of so many characters, the last as short as it is. */
export function readFixedLength(section: unknown): PreTokenizer {
  const { length } = parseSection(schema, section, 'pre_tokenizer');
  return (piece) => {
    const pieces: Piece[] = [];
    let start = 0;
    let end = 0;
    let count = 0;
    for (const each of piece.text) {
      end += each.length;
      count += 1;
      if (count % length !== 0 && end < piece.text.length) continue;
      pieces.push(slicePiece(piece, start, end));
      start = end;
    }
    return pieces;
  };
}
