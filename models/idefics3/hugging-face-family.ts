import type { HuggingFaceFamily } from '../configs/hugging-face-family.ts';
import { idefics3Program, idefics3Weights } from './idefics3-program.ts';

/** Idefics 3 and the first SmolVLMs, as in `HuggingFaceTB/SmolVLM-256M-Instruct`. */
export const family: HuggingFaceFamily = {
  modelType: 'idefics3',
  architectures: ['Idefics3ForConditionalGeneration'],
  ownNames: idefics3Weights,
  program: idefics3Program,
};
