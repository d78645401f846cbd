/**
 * How the weights of Falcon, and of BLOOM, whose class it was made of, are named, alone or as an OpenFlamingo's `lang_encoder`.
 */
export const FUSED_ATTENTION_NAMES =
  /^(transformer\.)?(h\.\d+\.(self_attention|input_layernorm)|word_embeddings)\.|^lang_encoder\.transformer\.h\.\d+\./;
