/** Mean of CLIP's training pictures from 0 to 1, red, green, blue (`OPENAI_CLIP_MEAN` of transformers). */
export const CLIP_MEAN = [0.48145466, 0.4578275, 0.40821073] as const;
/** Their standard deviation (`OPENAI_CLIP_STD`). */
export const CLIP_DEVIATION = [0.26862954, 0.26130258, 0.27577711] as const;
