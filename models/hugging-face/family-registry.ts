// Written by `npm run registries`; add a file to the folder rather than edit this one.
import { family as idefics } from './families/idefics.ts';
import type { HuggingFaceFamily } from './family.ts';

/** Every kind of model that compiles from its folder. */
export const FAMILIES: readonly HuggingFaceFamily[] = [
  idefics,
];
