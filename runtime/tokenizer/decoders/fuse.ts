import { type Decoder, eachToken } from './decoder.ts';

/** Makes one token of all. */
export const fuse: Decoder = {
  fuses: true,
  start: () => eachToken((token) => token),
  startParts: () => eachToken((part) => part),
};
