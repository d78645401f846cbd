import type { Decoder } from './decoder.ts';

const BYTE_TOKEN = /^<0x([0-9A-Fa-f]{2})>$/;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Tokens of single bytes become their text. All that stand beside each other are one text, and if that is no UTF-8 each
 * of them is U+FFFD: so nothing is certain before another token comes.
 */
export const byteFallback: Decoder = {
  start() {
    let bytes: number[] = [];
    const taken = (): string[] => {
      if (bytes.length === 0) return [];
      const text = textOf(bytes);
      bytes = [];
      return text;
    };
    return {
      push(token) {
        const byte = BYTE_TOKEN.exec(token)?.[1];
        if (byte === undefined) return [...taken(), token];
        bytes.push(Number.parseInt(byte, 16));
        return [];
      },
      end: taken,
    };
  },
};

function textOf(bytes: readonly number[]): string[] {
  try {
    return [utf8.decode(Uint8Array.from(bytes))];
  } catch {
    return bytes.map(() => '\ufffd');
  }
}
