import { fileURLToPath } from 'node:url';

/** A token for every byte: models of random weights need no better. */
export const BYTE_LEVEL = fileURLToPath(new URL('../../models/tokenizers/byte-level.json', import.meta.url));
