import { byteCharacters } from '../byte-alphabet.ts';
import type { Normalizer } from './normalizer.ts';

/** Writes each byte of a text as the character that stands for it. */
export const readByteLevel = (): Normalizer => byteCharacters;
