import { z } from 'zod';
import { parseSection, type Reader, readComponent } from '../component.ts';
import type { TimeLimit } from '../time-limit.ts';
import { readBpeDecoder } from './bpe.ts';
import { byteFallback } from './byte-fallback.ts';
import { byteLevel } from './byte-level.ts';
import { readCtc } from './ctc.ts';
import { type Decoder, eachToken, inTurn } from './decoder.ts';
import { fuse } from './fuse.ts';
import { readMetaspaceDecoder } from './metaspace.ts';
import { readReplaceDecoder } from './replace.ts';
import { readStripDecoder } from './strip.ts';
import { readWordPieceDecoder } from './word-piece.ts';

/** By "type". */
const READERS: ReadonlyMap<string, Reader<Decoder>> = new Map<string, Reader<Decoder>>([
  ['BPEDecoder', readBpeDecoder],
  ['ByteFallback', () => byteFallback],
  ['ByteLevel', () => byteLevel],
  ['CTC', readCtc],
  ['Fuse', () => fuse],
  ['Metaspace', readMetaspaceDecoder],
  ['Replace', readReplaceDecoder],
  ['Sequence', readSequence],
  ['Strip', readStripDecoder],
  ['WordPiece', readWordPieceDecoder],
]);

/**
 * Without a decoder there is a space between tokens.
 *
 * @throws Error for a decoder that is not known or malformed
 */
export function readDecoder(section: unknown, runsWithin: TimeLimit): Decoder {
  return section === null || section === undefined
    ? spaced
    : readComponent('decoder', READERS, section, runsWithin);
}

const spaced: Decoder = {
  start: () => eachToken((token, index) => (index === 0 ? token : ` ${token}`)),
};

const sequence = z.strictObject({ type: z.string(), decoders: z.array(z.unknown()) });

function readSequence(section: unknown, runsWithin: TimeLimit): Decoder {
  const { decoders } = parseSection(sequence, section, 'decoder');
  return inTurn(decoders.map((each) => readComponent('decoder', READERS, each, runsWithin)));
}
