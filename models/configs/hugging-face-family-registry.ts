// Written by `npm run registries`; add a file to the folder rather than edit this one.
import { family as idefics } from '../idefics/hugging-face-family.ts';
import { family as idefics3 } from '../idefics3/hugging-face-family.ts';
import { family as llava } from '../llava/hugging-face-family.ts';
import { family as smolvlm } from '../smolvlm/hugging-face-family.ts';
import type { HuggingFaceFamily } from './hugging-face-family.ts';

/** Every kind of model that compiles from its folder. */
export const HUGGING_FACE_FAMILIES: readonly HuggingFaceFamily[] = [
  idefics,
  idefics3,
  llava,
  smolvlm,
];
