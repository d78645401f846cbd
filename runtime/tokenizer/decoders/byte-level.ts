import { bytesOf } from '../byte-alphabet.ts';
import type { Decoder } from './decoder.ts';

/** Characters that stand for bytes become their text, whole characters at a time; what is no UTF-8 is U+FFFD. */
export const byteLevel: Decoder = {
  fuses: true,
  start() {
    const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
    return {
      push: (token) => [utf8.decode(bytesOf(token), { stream: true })],
      end: () => [utf8.decode()],
    };
  },
};
