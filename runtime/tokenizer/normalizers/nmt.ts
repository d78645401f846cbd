import type { Normalizer } from './normalizer.ts';

/** Control characters that are left out. */
const REMOVED = /[\u0001-\u0008\u000b\u000e-\u001f\u007f\u008f\u009f]/gu;

/** What counts as a space beside the space. */
const SPACES = /[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/gu;

/** SentencePiece's normalisation "nmt", without its NFKC. */
export const nmt: Normalizer = (text) => text.replace(REMOVED, '').replace(SPACES, ' ');
