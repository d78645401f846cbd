import type { Normalizer } from './normalizer.ts';

/** Letter by letter: none depends on its neighbours, unlike a Greek sigma at the end of a word elsewhere. */
export const lowercase: Normalizer = (text) => text.replace(/./gsu, (letter) => letter.toLowerCase());

export const stripAccents: Normalizer = (text) => text.replace(/\p{M}/gu, '');
