import { z } from 'zod';
import { parseSection, type Reader, readComponent } from '../component.ts';
import type { TimeLimit } from '../time-limit.ts';
import { readBert } from './bert.ts';
import { readByteLevel } from './byte-level.ts';
import { nmt } from './nmt.ts';
import type { Normalizer } from './normalizer.ts';
import { readPrecompiled } from './precompiled.ts';
import { readPrepend } from './prepend.ts';
import { readReplace } from './replace.ts';
import { readStrip } from './strip.ts';
import { lowercase, stripAccents } from './unicode.ts';

/** By "type". */
const READERS: ReadonlyMap<string, Reader<Normalizer>> = new Map([
  ['BertNormalizer', readBert],
  ['ByteLevel', readByteLevel],
  ['Lowercase', () => lowercase],
  ['NFC', () => (text: string) => text.normalize('NFC')],
  ['NFD', () => (text: string) => text.normalize('NFD')],
  ['NFKC', () => (text: string) => text.normalize('NFKC')],
  ['NFKD', () => (text: string) => text.normalize('NFKD')],
  ['Nmt', () => nmt],
  ['Precompiled', readPrecompiled],
  ['Prepend', readPrepend],
  ['Replace', readReplace],
  ['Sequence', readSequence],
  ['Strip', readStrip],
  ['StripAccents', () => stripAccents],
]);

/** @throws Error for a normaliser that is not known or malformed */
export function readNormalizer(section: unknown, runsWithin: TimeLimit): Normalizer {
  return section === null || section === undefined
    ? (text) => text
    : readComponent('normalizer', READERS, section, runsWithin);
}

const sequence = z.strictObject({ type: z.string(), normalizers: z.array(z.unknown()) });

function readSequence(section: unknown, runsWithin: TimeLimit): Normalizer {
  const { normalizers } = parseSection(sequence, section, 'normalizer');
  const steps = normalizers.map((each) => readComponent('normalizer', READERS, each, runsWithin));
  return (text) => steps.reduce((normalised, step) => step(normalised), text);
}
