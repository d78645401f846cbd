import type { Normalizer } from './normalizer.ts';

/** Control characters that are left out, from and to. */
const REMOVED = [
  [0x01, 0x08],
  [0x0b, 0x0b],
  [0x0e, 0x1f],
  [0x7f, 0x7f],
  [0x8f, 0x8f],
  [0x9f, 0x9f],
] as const;

/** What counts as a space beside the space. */
const SPACES = /[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/gu;

/** SentencePiece's normalisation "nmt", without its NFKC. */
export const nmt: Normalizer = (text) =>
  text
    .replace(/\p{Cc}/gu, (control) => (isRemoved(control.charCodeAt(0)) ? '' : control))
    .replace(SPACES, ' ');

function isRemoved(code: number): boolean {
  return REMOVED.some(([from, to]) => code >= from && code <= to);
}
