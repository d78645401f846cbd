import type { HuggingFaceFamily } from '../configs/hugging-face-family.ts';
import { idefics3Program, idefics3Weights } from '../idefics3/idefics3-program.ts';

/** SmolVLM 2, which is an Idefics 3 under names of its own, as in `HuggingFaceTB/SmolVLM2-500M-Video-Instruct`; of pictures, not videos. */
export const family: HuggingFaceFamily = {
  modelType: 'smolvlm',
  architectures: ['SmolVLMForConditionalGeneration'],
  ownNames: idefics3Weights,
  program: idefics3Program,
};
