import { z } from 'zod';
import { parseSection } from '../component.ts';
import { bounded, type Normalizer } from './normalizer.ts';

const schema = z.strictObject({ type: z.string(), precompiled_charsmap: z.base64() });

/** Longest cluster, in bytes, that is looked up as a whole. */
const LONGEST_CLUSTER = 5;

/**
 * SentencePiece's compiled table of replacements: the length of a double-array trie, the trie, and the texts that its
 * leaves point at, each ended by a zero. Written from github.com/google/sentencepiece/blob/master/src/normalizer.cc; what
 * is looked up, and that the shortest hit counts, is `Precompiled` of Hugging Face's tokenizers.
 */
export function readPrecompiled(section: unknown): Normalizer {
  const { precompiled_charsmap: encoded } = parseSection(schema, section, 'normalizer');
  const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
  const numbers = new DataView(bytes.buffer);
  const length = bytes.length < 4 ? -1 : numbers.getUint32(0, true);
  if (length < 4 || length % 4 !== 0 || 4 + length > bytes.length)
    throw new Error('its precompiled_charsmap has no trie of the length that it states');
  const units = Uint32Array.from({ length: length / 4 }, (_, index) =>
    numbers.getUint32(4 + 4 * index, true),
  );
  const texts = bytes.subarray(4 + length);
  const encoder = new TextEncoder();
  const found = new Map<string, string | undefined>();
  const replacement = (text: string): string | undefined => {
    if (!found.has(text)) {
      if (found.size > 10_000) found.clear();
      found.set(text, textAt(texts, shortestHit(units, encoder.encode(text))));
    }
    return found.get(text);
  };
  const clusters = new Intl.Segmenter('und', { granularity: 'grapheme' });
  return (text) => {
    let normalised = '';
    for (const { segment } of clusters.segment(text)) {
      const whole = encoder.encode(segment).length <= LONGEST_CLUSTER ? replacement(segment) : undefined;
      if (whole !== undefined) normalised += whole;
      else for (const each of segment) normalised += replacement(each) ?? each;
      bounded(normalised.length);
    }
    return normalised;
  };
}

/** The value of the shortest key in the trie that the bytes begin with. */
function shortestHit(units: Uint32Array, key: Uint8Array): number | undefined {
  let place = offsetOf(units[0] ?? 0);
  for (const byte of key) {
    if (byte === 0) return undefined;
    place ^= byte;
    const unit = units[place];
    if (unit === undefined || (unit & 0x800000ff) >>> 0 !== byte) return undefined;
    place ^= offsetOf(unit);
    if (((unit >>> 8) & 1) === 1) return (units[place] ?? 0) & 0x7fffffff;
  }
  return undefined;
}

function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}

function textAt(texts: Uint8Array, start: number | undefined): string | undefined {
  if (start === undefined) return undefined;
  const end = texts.indexOf(0, start);
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(
    texts.subarray(start, end < 0 ? texts.length : end),
  );
}
