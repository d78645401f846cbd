/** How the weights of LLaMA, and of the families after it, are named, alone or as an OpenFlamingo's `lang_encoder`. */
export const ROTARY_DECODER_NAMES = /^(lang_encoder\.)?model\.(layers\.\d+|embed_tokens)\./;
