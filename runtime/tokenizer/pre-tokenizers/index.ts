import { z } from 'zod';
import { parseSection, type Reader, readComponent } from '../component.ts';
import type { TimeLimit } from '../time-limit.ts';
import {
  bertWords,
  readDelimiter,
  readDigits,
  readPunctuation,
  readSplit,
  spaceSeparated,
  wordsAndSigns,
} from './by-pattern.ts';
import { readByteLevel } from './byte-level.ts';
import { readFixedLength } from './fixed-length.ts';
import { readMetaspace } from './metaspace.ts';
import { inTurn, type PreTokenizer } from './pre-tokenizer.ts';
import { unicodeScripts } from './unicode-scripts.ts';

/** By "type". */
const READERS: ReadonlyMap<string, Reader<PreTokenizer>> = new Map<string, Reader<PreTokenizer>>([
  ['BertPreTokenizer', () => bertWords],
  ['ByteLevel', readByteLevel],
  ['CharDelimiterSplit', readDelimiter],
  ['Digits', readDigits],
  ['FixedLength', readFixedLength],
  ['Metaspace', readMetaspace],
  ['Punctuation', readPunctuation],
  ['Sequence', readSequence],
  ['Split', readSplit],
  ['UnicodeScripts', () => unicodeScripts],
  ['Whitespace', () => wordsAndSigns],
  ['WhitespaceSplit', () => spaceSeparated],
]);

/** @throws Error for a pre-tokeniser that is not known or malformed */
export function readPreTokenizer(section: unknown, runsWithin: TimeLimit): PreTokenizer {
  return section === null || section === undefined
    ? (piece) => [piece]
    : readComponent('pre_tokenizer', READERS, section, runsWithin);
}

const sequence = z.strictObject({ type: z.string(), pretokenizers: z.array(z.unknown()) });

function readSequence(section: unknown, runsWithin: TimeLimit): PreTokenizer {
  const { pretokenizers } = parseSection(sequence, section, 'pre_tokenizer');
  return inTurn(pretokenizers.map((each) => readComponent('pre_tokenizer', READERS, each, runsWithin)));
}
