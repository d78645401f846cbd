"""
Writes configs/RELEASE/FAMILY.json: what releases of transformers save for each family, and what they read from it again;
and models/configs/original-defaults-table.ts: the fields of each class with the values that their defaults have or had.

    python configs.py [--family FAMILY …] [--source SITE …] PYTHON [PYTHON …]

PYTHON: interpreters of virtual environments, each with one release of transformers (and pillow; torch and torchvision
for the image processors of the newest). SITE: a folder with an installed llm-foundry or open_clip_torch, whose
source is read, not run (pip install --no-deps --target SITE llm-foundry==…). What is of an original that is not given
stays as it is. FAMILY: the only families that are written; default: all.
"""

import ast
import json
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TABLE = HERE.parents[1] / "models/configs/original-defaults-table.ts"
TABLE_HEAD = """// Written by tests/references/configs.py.
/** Keeps the names of the classes as a type. */
const named = <Name extends string>(table: Readonly<Record<Name, Readonly<Record<string, readonly unknown[]>>>>) =>
  table;

/**
 * The fields of each class of the originals (transformers 4.28 to 5.24, llm-foundry 0.1 to 0.22, open_clip 2.16 to 3.3),
 * each with the values that its default has or had, the newest first.
 */
export const ORIGINAL_DEFAULTS = named("""

SMALL = dict(hidden_size=24, intermediate_size=36, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
             vocab_size=50, max_position_embeddings=128, rms_norm_eps=1e-5)
# Of families whose norms are layer norms.
LAYER_NORMED = {field: value for field, value in SMALL.items() if field != "rms_norm_eps"}

# Each family: its class; cases that a test must read; cases of which a test must hear by the field's name.
FAMILIES = {
    "llama": (
        "LlamaConfig",
        {
            "default": {},
            "small": dict(hidden_size=24, intermediate_size=36, num_hidden_layers=2, num_attention_heads=4, vocab_size=50,
                          max_position_embeddings=128, rms_norm_eps=1e-5, tie_word_embeddings=True),
            "grouped": dict(hidden_size=24, num_attention_heads=4, num_key_value_heads=2),
            "base": dict(rope_theta=500.0),
            "linear": dict(rope_scaling={"type": "linear", "factor": 2.0}),
            "llama3": dict(rope_theta=500000.0, rope_scaling={
                "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                "original_max_position_embeddings": 8192}),
            "biases": dict(attention_bias=True, mlp_bias=True),
            "head_dim": dict(hidden_size=24, num_attention_heads=4, head_dim=8),
            "inert": dict(attention_dropout=0.5, initializer_range=0.5, pretraining_tp=2, use_cache=False,
                          output_attentions=True, bos_token_id=0, eos_token_id=[1, 2], pad_token_id=-1),
        },
        {
            "hidden_act": dict(hidden_act="mish"),
            "rope_": dict(rope_scaling={"type": "unheard", "factor": 2.0}),
        },
    ),
    "mistral": (
        "MistralConfig",
        {
            "default": {},
            "small": dict(**SMALL, head_dim=8),
            "whole": dict(sliding_window=None),
            "yarn": dict(max_position_embeddings=512, rope_theta=500.0, rope_scaling={
                "rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 128}),
            "inert": dict(attention_dropout=0.5, initializer_range=0.5, use_cache=False),
        },
        {"hidden_act": dict(hidden_act="mish")},
    ),
    "qwen2": (
        "Qwen2Config",
        {
            "default": {},
            "small": dict(**SMALL),
            "windows": dict(num_hidden_layers=4, use_sliding_window=True, sliding_window=64, max_window_layers=2),
            "inert": dict(attention_dropout=0.5, initializer_range=0.5, use_cache=False),
        },
        {"hidden_act": dict(hidden_act="mish")},
    ),
    "qwen3": (
        "Qwen3Config",
        {
            "default": {},
            "small": dict(**SMALL, head_dim=8, attention_bias=True),
            "windows": dict(num_hidden_layers=4, use_sliding_window=True, sliding_window=64, max_window_layers=2),
            "inert": dict(attention_dropout=0.5, initializer_range=0.5, use_cache=False),
        },
        {"hidden_act": dict(hidden_act="mish")},
    ),
    "gemma": (
        "GemmaConfig",
        {
            "default": {},
            "small": dict(**SMALL, head_dim=8),
            "inert": dict(attention_dropout=0.5, initializer_range=0.5, use_cache=False),
        },
        {"hidden_act": dict(hidden_act="mish")},
    ),
    "gemma2": (
        "Gemma2Config",
        {
            "default": {},
            "small": dict(**SMALL, head_dim=8, query_pre_attn_scalar=6, sliding_window=16),
            "uncapped": dict(final_logit_softcapping=None, attn_logit_softcapping=None),
            "inert": dict(attention_dropout=0.5, initializer_range=0.5, use_cache=False),
        },
        {"hidden_activation": dict(hidden_activation="mish")},
    ),
    "gemma3": (
        "Gemma3Config",
        {
            "default": {},
            "small": dict(text_config=dict(**SMALL, head_dim=8, query_pre_attn_scalar=6, sliding_window=16),
                          mm_tokens_per_image=4),
        },
        {"hidden_activation": dict(text_config=dict(hidden_activation="mish"))},
    ),
    "gemma3_text": (
        "Gemma3TextConfig",
        {
            "default": {},
            "small": dict(**SMALL, head_dim=8, query_pre_attn_scalar=6, sliding_window=16),
            "linear": dict(rope_theta=500.0, rope_local_base_freq=50.0, rope_scaling={"rope_type": "linear", "factor": 8.0}),
            "inert": dict(attention_dropout=0.5, initializer_range=0.5, use_cache=False),
        },
        {"hidden_activation": dict(hidden_activation="mish")},
    ),
    "phi3": (
        "Phi3Config",
        {
            "default": {},
            "small": dict(**SMALL, sliding_window=64),
            "longrope": dict(hidden_size=24, num_attention_heads=4, max_position_embeddings=512,
                             original_max_position_embeddings=128, rope_scaling={
                                 "type": "longrope", "short_factor": [1.0, 1.25, 1.5], "long_factor": [1.0, 2.0, 4.0]}),
            "inert": dict(attention_dropout=0.5, resid_pdrop=0.5, embd_pdrop=0.5, initializer_range=0.5, use_cache=False),
        },
        {"hidden_act": dict(hidden_act="mish")},
    ),
    "granite": (
        "GraniteConfig",
        {
            "default": {},
            "small": dict(**SMALL, attention_bias=True, mlp_bias=True),
            "multipliers": dict(embedding_multiplier=12.0, logits_scaling=8.0, residual_multiplier=0.22,
                                attention_multiplier=0.015625),
            "inert": dict(attention_dropout=0.5, initializer_range=0.5, use_cache=False),
        },
        {"hidden_act": dict(hidden_act="mish")},
    ),
    "olmo2": (
        "Olmo2Config",
        {
            "default": {},
            "small": dict(**SMALL, attention_bias=True),
            "inert": dict(attention_dropout=0.5, initializer_range=0.5, use_cache=False),
        },
        {"hidden_act": dict(hidden_act="mish")},
    ),
    "stablelm": (
        "StableLmConfig",
        {
            "default": {},
            "small": dict(**LAYER_NORMED, layer_norm_eps=1e-4, use_qkv_bias=True),
            "parallel": dict(use_parallel_residual=True),
            "norms": dict(use_parallel_residual=True, qk_layernorm=True),
            "inert": dict(attention_dropout=0.5, hidden_dropout=0.5, initializer_range=0.5, use_cache=False),
        },
        {"hidden_act": dict(hidden_act="mish")},
    ),
    "cohere": (
        "CohereConfig",
        {
            "default": {},
            "small": dict(**LAYER_NORMED, layer_norm_eps=1e-4, logit_scale=0.25),
            "norms": dict(use_qk_norm=True),
            "inert": dict(attention_dropout=0.5, initializer_range=0.5, use_cache=False),
        },
        {"hidden_act": dict(hidden_act="mish")},
    ),
    "cohere2": (
        "Cohere2Config",
        {
            "default": {},
            "small": dict(**{**LAYER_NORMED, "num_hidden_layers": 5}, layer_norm_eps=1e-4, logit_scale=0.25,
                          sliding_window=16),
            "pattern": dict(num_hidden_layers=5, sliding_window_pattern=2),
            "inert": dict(attention_dropout=0.5, initializer_range=0.5, use_cache=False),
        },
        {"hidden_act": dict(hidden_act="mish")},
    ),
    "olmo": (
        "OlmoConfig",
        {
            "default": {},
            "small": dict(**LAYER_NORMED, attention_bias=True, tie_word_embeddings=True),
            "clipped": dict(clip_qkv=8.0),
            "inert": dict(attention_dropout=0.5, initializer_range=0.5, use_cache=False),
        },
        {"hidden_act": dict(hidden_act="mish")},
    ),
    "smollm3": (
        "SmolLM3Config",
        {
            "default": {},
            "small": dict(**{**SMALL, "num_hidden_layers": 4}, no_rope_layers=[1, 0, 1, 0], attention_bias=True, mlp_bias=True),
            "interval": dict(num_hidden_layers=7, no_rope_layer_interval=3),
            "windows": dict(num_hidden_layers=5, use_sliding_window=True, sliding_window=64),
            "inert": dict(attention_dropout=0.5, initializer_range=0.5, use_cache=False),
        },
        {"hidden_act": dict(hidden_act="mish")},
    ),
    "glm": (
        "GlmConfig",
        {
            "default": {},
            "small": dict(**SMALL, head_dim=8, attention_bias=False),
            "inert": dict(attention_dropout=0.5, initializer_range=0.5, use_cache=False),
        },
        {"hidden_act": dict(hidden_act="mish")},
    ),
    "phi": (
        "PhiConfig",
        {
            "default": {},
            "small": dict(**LAYER_NORMED, layer_norm_eps=1e-4, hidden_act="gelu", qk_layernorm=True),
            "share": dict(partial_rotary_factor=0.4),
            "inert": dict(attention_dropout=0.5, resid_pdrop=0.5, embd_pdrop=0.5, initializer_range=0.5, use_cache=False),
        },
        {"hidden_act": dict(hidden_act="mish")},
    ),
    "starcoder2": (
        "Starcoder2Config",
        {
            "default": {},
            "small": dict(**LAYER_NORMED, norm_epsilon=1e-4, hidden_act="gelu", use_bias=False),
            "window": dict(sliding_window=64),
            "inert": dict(attention_dropout=0.5, residual_dropout=0.5, embedding_dropout=0.5, initializer_range=0.5),
        },
        {"hidden_act": dict(hidden_act="mish")},
    ),
    "glm4": (
        "Glm4Config",
        {
            "default": {},
            "small": dict(**SMALL, head_dim=8, attention_bias=False),
            "inert": dict(attention_dropout=0.5, initializer_range=0.5, use_cache=False),
        },
        {"hidden_act": dict(hidden_act="mish")},
    ),
    "olmo3": (
        "Olmo3Config",
        {
            "default": {},
            "small": dict(**{**SMALL, "num_hidden_layers": 5}, attention_bias=True, sliding_window=16),
            "inert": dict(attention_dropout=0.5, initializer_range=0.5, use_cache=False),
        },
        {"hidden_act": dict(hidden_act="mish")},
    ),
    "exaone4": (
        "Exaone4Config",
        {
            "default": {},
            "small": dict(**{**SMALL, "num_hidden_layers": 5}, head_dim=8, sliding_window=16),
            "pattern": dict(num_hidden_layers=5, sliding_window_pattern=2),
            "whole": dict(num_hidden_layers=2, sliding_window=None, layer_types=["full_attention", "full_attention"]),
            "unseen": dict(num_hidden_layers=2, layer_types=["full_attention", "full_attention"]),
            "inert": dict(attention_dropout=0.5, initializer_range=0.5, use_cache=False),
        },
        {"hidden_act": dict(hidden_act="mish")},
    ),
    "seed_oss": (
        "SeedOssConfig",
        {
            "default": {},
            "small": dict(**SMALL, head_dim=8, attention_bias=False, attention_out_bias=True, mlp_bias=True),
            "inert": dict(attention_dropout=0.5, residual_dropout=0.5, initializer_range=0.5, use_cache=False),
        },
        {"hidden_act": dict(hidden_act="mish")},
    ),
    "arcee": (
        "ArceeConfig",
        {
            "default": {},
            "small": dict(**SMALL, head_dim=8, attention_bias=True, mlp_bias=True),
            "inert": dict(attention_dropout=0.5, initializer_range=0.5, use_cache=False),
        },
        {"hidden_act": dict(hidden_act="mish")},
    ),
    "nemotron": (
        "NemotronConfig",
        {
            "default": {},
            "small": dict(**LAYER_NORMED, head_dim=8, norm_eps=1e-4, attention_bias=True, mlp_bias=True),
            "share": dict(partial_rotary_factor=0.25),
            "inert": dict(attention_dropout=0.5, initializer_range=0.5, use_cache=False),
        },
        {"hidden_act": dict(hidden_act="mish")},
    ),
    "helium": (
        "HeliumConfig",
        {
            "default": {},
            "small": dict(**SMALL, head_dim=6, attention_bias=True, mlp_bias=True),
            "inert": dict(attention_dropout=0.5, initializer_range=0.5, use_cache=False),
        },
        {"hidden_act": dict(hidden_act="mish")},
    ),
    "ministral": (
        "MinistralConfig",
        {
            "default": {},
            "small": dict(**SMALL, head_dim=8),
            "whole": dict(sliding_window=None),
            "some": dict(num_hidden_layers=2, layer_types=["sliding_attention", "full_attention"]),
            "inert": dict(attention_dropout=0.5, initializer_range=0.5, use_cache=False),
        },
        {"hidden_act": dict(hidden_act="mish")},
    ),
    "ernie4_5": (
        "Ernie4_5Config",
        {
            "default": {},
            "small": dict(**SMALL, head_dim=8, use_bias=True, tie_word_embeddings=False),
            "inert": dict(initializer_range=0.5, use_cache=False),
        },
        {"hidden_act": dict(hidden_act="mish")},
    ),
    "hunyuan_v1_dense": (
        "HunYuanDenseV1Config",
        {
            "default": {},
            "small": dict(**SMALL, head_dim=8, attention_bias=True),
            "alpha": dict(head_dim=128, rope_theta=10000.0, rope_scaling={
                "type": "dynamic", "alpha": 1000.0, "factor": 1.0, "beta_fast": 32, "beta_slow": 1, "mscale": 1.0,
                "mscale_all_dim": 1.0}),
            "inert": dict(attention_dropout=0.5, initializer_range=0.5, use_cache=False),
        },
        {"hidden_act": dict(hidden_act="mish")},
    ),
    "gptj": (
        "GPTJConfig",
        {
            "default": {},
            "small": dict(n_embd=24, n_layer=2, n_head=3, n_inner=36, vocab_size=50, n_positions=128, rotary_dim=6,
                          layer_norm_epsilon=1e-6, activation_function="gelu"),
            "tied": dict(tie_word_embeddings=True),
            "inert": dict(resid_pdrop=0.5, embd_pdrop=0.5, attn_pdrop=0.5, initializer_range=0.5, use_cache=False),
        },
        {"activation_function": dict(activation_function="mish")},
    ),
    "gpt_bigcode": (
        "GPTBigCodeConfig",
        {
            "default": {},
            "small": dict(n_embd=24, n_layer=2, n_head=3, n_inner=36, vocab_size=50, n_positions=128, layer_norm_epsilon=1e-6,
                          activation_function="gelu"),
            "many": dict(multi_query=False, scale_attn_weights=False, tie_word_embeddings=False),
            "inert": dict(resid_pdrop=0.5, embd_pdrop=0.5, attn_pdrop=0.5, initializer_range=0.5, use_cache=False,
                          attention_softmax_in_fp32=False, scale_attention_softmax_in_fp32=False),
        },
        {"activation_function": dict(activation_function="mish"), "add_cross_attention": dict(add_cross_attention=True)},
    ),
    "falcon": (
        "FalconConfig",
        {
            "default": {},
            "small": dict(hidden_size=24, num_hidden_layers=2, num_attention_heads=6, vocab_size=50, layer_norm_epsilon=1e-6),
            "grouped": dict(hidden_size=24, num_attention_heads=6, num_kv_heads=2, new_decoder_architecture=True),
            "one_norm": dict(hidden_size=24, num_attention_heads=6, num_kv_heads=2, new_decoder_architecture=True,
                             num_ln_in_parallel_attn=1, tie_word_embeddings=False),
            "alibi": dict(alibi=True, bias=True, multi_query=False, parallel_attn=False),
            "wide": dict(ffn_hidden_size=100, activation="gelu_pytorch_tanh", max_position_embeddings=8192, rope_theta=500.0),
            "inert": dict(attention_dropout=0.5, hidden_dropout=0.5, initializer_range=0.5, use_cache=False),
        },
        {"activation": dict(activation="mish")},
    ),
    "bloom": (
        "BloomConfig",
        {
            "default": {},
            "small": dict(hidden_size=24, n_layer=2, n_head=3, vocab_size=50, layer_norm_epsilon=1e-6),
            "post_norm": dict(apply_residual_connection_post_layernorm=True, tie_word_embeddings=False),
            "inert": dict(attention_dropout=0.5, hidden_dropout=0.5, initializer_range=0.5, use_cache=False,
                          pretraining_tp=4, slow_but_exact=True),
        },
        {},
    ),
    "gpt_neox": (
        "GPTNeoXConfig",
        {
            "default": {},
            "small": dict(hidden_size=32, intermediate_size=44, num_hidden_layers=2, num_attention_heads=4, vocab_size=50,
                          max_position_embeddings=128, layer_norm_eps=1e-6, hidden_act="gelu_fast"),
            "rotary": dict(rotary_pct=0.5, rotary_emb_base=2000),
            "redpajama": dict(rotary_pct=1.0, use_parallel_residual=False),
            "tied": dict(tie_word_embeddings=True),
            "unbiased": dict(attention_bias=False),
            "inert": dict(attention_dropout=0.5, hidden_dropout=0.5, classifier_dropout=0.5, is_decoder=True),
        },
        {
            "rope_": dict(rope_scaling={"type": "dynamic", "factor": 2.0}),
            "hidden_act": dict(hidden_act="mish"),
        },
    ),
    "opt": (
        "OPTConfig",
        {
            "default": {},
            "small": dict(hidden_size=24, ffn_dim=36, num_hidden_layers=2, num_attention_heads=4, vocab_size=50,
                          max_position_embeddings=128),
            "gelu": dict(activation_function="gelu"),
            "350m": dict(hidden_size=24, num_attention_heads=4, word_embed_proj_dim=12, do_layer_norm_before=False),
            "untied": dict(tie_word_embeddings=False),
            "inert": dict(dropout=0.5, attention_dropout=0.5, layerdrop=0.5, init_std=0.5),
        },
        {
            "enable_bias": dict(enable_bias=False),
            "layer_norm_elementwise_affine": dict(layer_norm_elementwise_affine=False),
        },
    ),
    "gpt2": (
        "GPT2Config",
        {
            "default": {},
            "small": dict(n_embd=24, n_layer=2, n_head=4, n_inner=36, vocab_size=50, n_positions=128),
            "scales": dict(scale_attn_weights=False, scale_attn_by_inverse_layer_idx=True, layer_norm_epsilon=1e-6),
            "untied": dict(tie_word_embeddings=False),
            "inert": dict(reorder_and_upcast_attn=True, resid_pdrop=0.5, embd_pdrop=0.5, attn_pdrop=0.5,
                          summary_type="first", summary_first_dropout=0.5),
        },
        {
            "add_cross_attention": dict(add_cross_attention=True),
            "activation_function": dict(activation_function="mish"),
        },
    ),
    "mpt": (
        "MptConfig",
        {
            "default": {},
            "small": dict(d_model=24, n_layers=2, n_heads=4, vocab_size=50, max_seq_len=128),
            "clipped": dict(attn_config={"clip_qkv": 2.0, "softmax_scale": 0.25}),
            "untied": dict(tie_word_embeddings=False),
            # Fields that the class has and MptForCausalLM does not look at.
            "left_out": dict(logit_scale=0.5, no_bias=False, norm_type="layernorm", learned_pos_emb=False,
                             attn_config={"alibi_bias_max": 16, "qk_ln": True, "alibi": False}),
            "inert": dict(resid_pdrop=0.5, emb_pdrop=0.5, verbose=1, init_device="meta",
                          attn_config={"attn_impl": "flash"}),
        },
        {"layer_norm_epsilon": dict(layer_norm_epsilon=1e-6)},
    ),
    "clip_vision_model": (
        "CLIPVisionConfig",
        {
            "default": {},
            "small": dict(hidden_size=12, intermediate_size=20, num_hidden_layers=2, num_attention_heads=3, image_size=21,
                          patch_size=7, hidden_act="gelu"),
            "inert": dict(projection_dim=7, attention_dropout=0.5, initializer_factor=2.0, initializer_range=0.5),
        },
        {
            "num_channels": dict(num_channels=4),
            "layer_norm_eps": dict(layer_norm_eps=1e-6),
            "hidden_act": dict(hidden_act="mish"),
        },
    ),
    "clip": (
        "CLIPConfig",
        {
            "default": {},
            "small": dict(projection_dim=4, vision_config=dict(
                hidden_size=12, intermediate_size=20, num_hidden_layers=2, num_attention_heads=3, image_size=21,
                patch_size=7, hidden_act="gelu")),
        },
        {"num_channels": dict(vision_config=dict(num_channels=4))},
    ),
    "siglip_vision_model": (
        "SiglipVisionConfig",
        {
            "default": {},
            "small": dict(hidden_size=12, num_hidden_layers=2, num_attention_heads=3, image_size=21, patch_size=7, intermediate_size=20, hidden_act="gelu", layer_norm_eps=1e-5),
            "uneven": dict(image_size=384, patch_size=14),
            "inert": dict(attention_dropout=0.5, vision_use_head=False),
        },
        {"num_channels": dict(num_channels=4), "hidden_act": dict(hidden_act="mish")},
    ),
    "siglip": (
        "SiglipConfig",
        {
            "default": {},
            "small": dict(vision_config=dict(hidden_size=12, num_hidden_layers=2, num_attention_heads=3, image_size=21, patch_size=7, intermediate_size=20)),
        },
        {"num_channels": dict(vision_config=dict(num_channels=4))},
    ),
    "vit": (
        "ViTConfig",
        {
            "default": {},
            "small": dict(hidden_size=12, num_hidden_layers=2, num_attention_heads=3, image_size=21, patch_size=7, intermediate_size=20, hidden_act="relu", layer_norm_eps=1e-6, qkv_bias=False),
            "inert": dict(hidden_dropout_prob=0.5, attention_probs_dropout_prob=0.5, encoder_stride=7, initializer_range=0.5),
        },
        {"num_channels": dict(num_channels=4), "hidden_act": dict(hidden_act="mish")},
    ),
    **{
        family: (
            name,
            {
                "default": {},
                "small": dict(hidden_size=12, num_hidden_layers=2, num_attention_heads=3, image_size=21, patch_size=7, mlp_ratio=3, hidden_act="relu", layer_norm_eps=1e-5, qkv_bias=False),
                "gated": dict(hidden_size=12, num_hidden_layers=2, num_attention_heads=3, image_size=21, patch_size=7, use_swiglu_ffn=True),
                "inert": dict(hidden_dropout_prob=0.5, attention_probs_dropout_prob=0.5, drop_path_rate=0.5,
                              layerscale_value=0.5, out_features=["stage1"], apply_layernorm=False,
                              reshape_hidden_states=False),
            },
            {"num_channels": dict(num_channels=4), "hidden_act": dict(hidden_act="mish")},
        )
        for family, name in (("dinov2", "Dinov2Config"), ("dinov2_with_registers", "Dinov2WithRegistersConfig"))
    },
    "idefics": (
        "IdeficsConfig",
        {
            "default": {},
            "small": dict(
                hidden_size=24, intermediate_size=36, num_hidden_layers=4, num_attention_heads=4, vocab_size=50,
                additional_vocab_size=2, cross_layer_interval=2, alpha_type="vector", qk_layer_norms=True,
                use_resampler=True, rms_norm_eps=1e-5,
                vision_config=dict(embed_dim=12, intermediate_size=20, num_hidden_layers=2, num_attention_heads=3,
                                   image_size=21, patch_size=7, hidden_act="quick_gelu"),
                perceiver_config=dict(resampler_n_latents=3, resampler_depth=2, resampler_n_heads=2,
                                      resampler_head_dim=6, qk_layer_norms_perceiver=True)),
            "inert": dict(dropout=0.5, alpha_initializer="normal", alphas_initializer_range=0.5, freeze_text_layers=False,
                          freeze_lm_head=True, freeze_vision_layers=False, freeze_text_module_exceptions=["norm"]),
        },
        {
            "hidden_act": dict(hidden_act="gelu"),
            "num_channels": dict(vision_config=dict(num_channels=4)),
        },
    ),
    "llava": (
        "LlavaConfig",
        {
            "default": {},
            "inner": dict(vision_feature_layer=-3, vision_feature_select_strategy="full", projector_hidden_act="relu"),
            "unbiased": dict(multimodal_projector_bias=False),
            "inert": dict(image_seq_length=9, ignore_index=-1),
        },
        {
            "vision_feature_layer": dict(vision_feature_layer=[-2, -3]),
            "projector_hidden_act": dict(projector_hidden_act="mish"),
        },
    ),
    **{
        family: (
            name,
            {
                "default": {},
                "small": dict(scale_factor=3, image_token_id=7, tie_word_embeddings=True,
                              text_config=dict(model_type="llama", tie_word_embeddings=True),
                              vision_config=dict(hidden_size=12, intermediate_size=20, num_hidden_layers=2, num_attention_heads=3,
                                                 image_size=21, patch_size=7, hidden_act="relu", layer_norm_eps=1e-5)),
                "inert": dict(use_cache=False, vision_config=dict(image_size=28, patch_size=14, attention_dropout=0.5)),
            },
            {
                "hidden_act": dict(vision_config=dict(image_size=28, patch_size=14, hidden_act="mish")),
                "num_channels": dict(vision_config=dict(image_size=28, patch_size=14, num_channels=4)),
            },
        )
        for family, name in (("idefics3", "Idefics3Config"), ("smolvlm", "SmolVLMConfig"))
    },
    "clip_image_processor": (
        "models.clip.image_processing_clip.CLIPImageProcessor",
        {
            "default": {},
            "small": dict(size={"shortest_edge": 21}, crop_size={"height": 21, "width": 21}),
            "values": dict(image_mean=[0.5, 0.25, 0.5], image_std=[0.5, 0.5, 0.25], resample=2, do_convert_rgb=False),
        },
        {
            "do_normalize": dict(do_normalize=False),
            "do_rescale": dict(do_rescale=False),
            "rescale_factor": dict(rescale_factor=0.5),
        },
    ),
    "idefics_image_processor": (
        "models.idefics.image_processing_idefics.IdeficsImageProcessor",
        {
            "default": {},
            "small": dict(image_size=21),
            "values": dict(image_mean=[0.5, 0.25, 0.5], image_std=[0.5, 0.5, 0.25]),
        },
        {},
    ),
    **{
        f"{family}_image_processor": (
            f"models.{family}.image_processing_{family}.{name}",
            {
                "default": {},
                "small": dict(size={"longest_edge": 42}, max_image_size={"longest_edge": 21}),
                "values": dict(image_mean=[0.5, 0.25, 0.5], image_std=[0.5, 0.5, 0.25], resample=3, do_image_splitting=False),
            },
            {"do_normalize": dict(do_normalize=False), "rescale_factor": dict(rescale_factor=0.5), "do_resize": dict(do_resize=False)},
        )
        for family, name in (("idefics3", "Idefics3ImageProcessor"), ("smolvlm", "SmolVLMImageProcessor"))
    },
    "siglip_image_processor": (
        "models.siglip.image_processing_siglip.SiglipImageProcessor",
        {
            "default": {},
            "small": dict(size={"height": 21, "width": 21}),
            "values": dict(image_mean=[0.5, 0.25, 0.5], image_std=[0.5, 0.5, 0.25], resample=2),
        },
        {"do_normalize": dict(do_normalize=False), "rescale_factor": dict(rescale_factor=0.5)},
    ),
    "vit_image_processor": (
        "models.vit.image_processing_vit.ViTImageProcessor",
        {
            "default": {},
            "small": dict(size={"height": 21, "width": 21}),
            "values": dict(image_mean=[0.5, 0.25, 0.5], image_std=[0.5, 0.5, 0.25], resample=3),
        },
        {"do_normalize": dict(do_normalize=False), "rescale_factor": dict(rescale_factor=0.5)},
    ),
    "bit_image_processor": (
        "models.bit.image_processing_bit.BitImageProcessor",
        {
            "default": {},
            "small": dict(size={"shortest_edge": 24}, crop_size={"height": 21, "width": 21}),
            "values": dict(image_mean=[0.5, 0.25, 0.5], image_std=[0.5, 0.5, 0.25], resample=2),
        },
        {"do_normalize": dict(do_normalize=False), "rescale_factor": dict(rescale_factor=0.5)},
    ),
    "generation": (
        "GenerationConfig",
        {
            "default": {},
            "ids": dict(bos_token_id=1, eos_token_id=[2, 7], pad_token_id=0, suppress_tokens=[3],
                        bad_words_ids=[[4], [5, 6]]),
            "settings": dict(do_sample=True, temperature=0.5, top_p=0.75, max_new_tokens=7, num_beams=3),
        },
        {},
    ),
}

# What a release itself understands a saved config to mean.
RESOLVED = {
    "llama": "hidden_size intermediate_size num_hidden_layers num_attention_heads num_key_value_heads head_dim vocab_size "
             "max_position_embeddings rms_norm_eps rope_theta rope_scaling rope_parameters attention_bias mlp_bias "
             "tie_word_embeddings",
    **{
        family: "hidden_size intermediate_size num_hidden_layers num_attention_heads num_key_value_heads head_dim vocab_size "
                "max_position_embeddings rope_theta rope_scaling rope_parameters tie_word_embeddings " + own
        for family, own in {
            "mistral": "rms_norm_eps sliding_window",
            "qwen2": "rms_norm_eps use_sliding_window sliding_window max_window_layers",
            "qwen3": "rms_norm_eps attention_bias use_sliding_window sliding_window max_window_layers",
            "gemma": "rms_norm_eps attention_bias",
            "gemma2": "rms_norm_eps attention_bias query_pre_attn_scalar sliding_window final_logit_softcapping "
                      "attn_logit_softcapping",
            "gemma3_text": "rms_norm_eps attention_bias query_pre_attn_scalar sliding_window rope_local_base_freq",
            "phi3": "rms_norm_eps sliding_window original_max_position_embeddings partial_rotary_factor",
            "granite": "rms_norm_eps attention_bias mlp_bias embedding_multiplier logits_scaling residual_multiplier "
                       "attention_multiplier",
            "olmo2": "rms_norm_eps attention_bias",
            "stablelm": "layer_norm_eps use_qkv_bias use_parallel_residual qk_layernorm partial_rotary_factor",
            "cohere": "layer_norm_eps attention_bias logit_scale use_qk_norm",
            "cohere2": "layer_norm_eps attention_bias logit_scale sliding_window layer_types sliding_window_pattern",
            "olmo": "attention_bias clip_qkv",
            "smollm3": "rms_norm_eps attention_bias mlp_bias no_rope_layers layer_types use_sliding_window sliding_window",
            "glm": "rms_norm_eps attention_bias partial_rotary_factor",
            "glm4": "rms_norm_eps attention_bias partial_rotary_factor",
            "olmo3": "rms_norm_eps attention_bias sliding_window layer_types",
            "exaone4": "rms_norm_eps sliding_window layer_types",
            "seed_oss": "rms_norm_eps attention_bias attention_out_bias mlp_bias",
            "arcee": "rms_norm_eps attention_bias mlp_bias",
            "nemotron": "norm_eps attention_bias mlp_bias partial_rotary_factor",
            "helium": "rms_norm_eps attention_bias mlp_bias",
            "ministral": "rms_norm_eps sliding_window layer_types",
            "ernie4_5": "rms_norm_eps use_bias",
            "hunyuan_v1_dense": "rms_norm_eps attention_bias",
            "phi": "layer_norm_eps hidden_act qk_layernorm partial_rotary_factor",
            "starcoder2": "norm_epsilon hidden_act use_bias sliding_window",
        }.items()
    },
    "gpt_neox": "hidden_size intermediate_size num_hidden_layers num_attention_heads vocab_size max_position_embeddings "
                "rotary_pct rotary_emb_base rope_parameters use_parallel_residual layer_norm_eps hidden_act "
                "attention_bias tie_word_embeddings",
    "gemma3": " ".join(f"text_config.{field}" for field in (
        "hidden_size intermediate_size num_hidden_layers num_attention_heads num_key_value_heads head_dim vocab_size "
        "max_position_embeddings rope_theta rope_scaling rope_parameters tie_word_embeddings rms_norm_eps attention_bias "
        "query_pre_attn_scalar sliding_window rope_local_base_freq").split()),
    "gptj": "n_embd n_layer n_head n_inner vocab_size n_positions rotary_dim activation_function layer_norm_epsilon "
            "tie_word_embeddings",
    "gpt_bigcode": "n_embd n_layer n_head n_inner vocab_size n_positions activation_function layer_norm_epsilon "
                   "scale_attn_weights multi_query tie_word_embeddings",
    "falcon": "hidden_size num_hidden_layers num_attention_heads num_kv_heads vocab_size max_position_embeddings rope_theta "
              "rope_scaling rope_parameters alibi new_decoder_architecture multi_query parallel_attn bias "
              "num_ln_in_parallel_attn ffn_hidden_size activation layer_norm_epsilon tie_word_embeddings",
    "bloom": "hidden_size n_layer n_head vocab_size layer_norm_epsilon apply_residual_connection_post_layernorm "
             "tie_word_embeddings",
    "opt": "hidden_size ffn_dim num_hidden_layers num_attention_heads vocab_size max_position_embeddings activation_function "
           "word_embed_proj_dim do_layer_norm_before tie_word_embeddings",
    "gpt2": "n_embd n_layer n_head n_inner vocab_size n_positions activation_function layer_norm_epsilon scale_attn_weights "
            "scale_attn_by_inverse_layer_idx tie_word_embeddings",
    "mpt": "d_model n_layers n_heads vocab_size max_seq_len attn_config.clip_qkv attn_config.softmax_scale "
           "tie_word_embeddings",
    "clip_vision_model": "hidden_size intermediate_size num_hidden_layers num_attention_heads image_size patch_size hidden_act",
    "clip": "vision_config.hidden_size vision_config.intermediate_size vision_config.num_hidden_layers "
            "vision_config.num_attention_heads vision_config.image_size vision_config.patch_size vision_config.hidden_act",
    "siglip_vision_model": "hidden_size intermediate_size num_hidden_layers num_attention_heads image_size patch_size hidden_act layer_norm_eps",
    "siglip": "vision_config.hidden_size vision_config.intermediate_size vision_config.num_hidden_layers vision_config.num_attention_heads vision_config.image_size vision_config.patch_size vision_config.hidden_act vision_config.layer_norm_eps",
    "vit": "hidden_size intermediate_size num_hidden_layers num_attention_heads image_size patch_size hidden_act layer_norm_eps qkv_bias",
    **dict.fromkeys(("dinov2", "dinov2_with_registers"),
                    "hidden_size num_hidden_layers num_attention_heads image_size patch_size hidden_act layer_norm_eps mlp_ratio "
                    "qkv_bias use_swiglu_ffn num_register_tokens"),
    "idefics": "hidden_size intermediate_size num_hidden_layers num_attention_heads vocab_size additional_vocab_size "
               "rms_norm_eps tie_word_embeddings cross_layer_interval alpha_type qk_layer_norms use_resampler "
               "vision_config.embed_dim vision_config.intermediate_size vision_config.num_hidden_layers "
               "vision_config.num_attention_heads vision_config.image_size vision_config.patch_size "
               "vision_config.hidden_act perceiver_config.resampler_n_latents perceiver_config.resampler_depth "
               "perceiver_config.resampler_n_heads perceiver_config.resampler_head_dim "
               "perceiver_config.qk_layer_norms_perceiver",
    "llava": "image_token_index vision_feature_layer vision_feature_select_strategy projector_hidden_act "
             "multimodal_projector_bias",
    **dict.fromkeys(("idefics3", "smolvlm"),
                    "scale_factor image_token_id tie_word_embeddings vision_config.hidden_size vision_config.intermediate_size "
                    "vision_config.num_hidden_layers vision_config.num_attention_heads vision_config.image_size "
                    "vision_config.patch_size vision_config.hidden_act vision_config.layer_norm_eps"),
    "clip_image_processor": "",
    **dict.fromkeys(("idefics_image_processor", "idefics3_image_processor", "smolvlm_image_processor"), ""),
    **dict.fromkeys(("siglip_image_processor", "vit_image_processor", "bit_image_processor"), ""),
    "generation": "",
}


def one_release(only: list) -> dict:
    """In the release's own interpreter: every family's files and defaults."""
    import importlib

    import transformers

    transformers.logging.set_verbosity_error()
    families, defaults = {}, {}
    for family, (path, read, refused) in FAMILIES.items():
        if only and family not in only:
            continue
        *modules, name = path.split(".")
        try:
            holder = importlib.import_module(".".join(["transformers", *modules])) if modules else transformers
            cls = getattr(holder, name)
        except (ImportError, AttributeError):
            continue
        fields = {**as_json(cls().to_dict()), **dict.fromkeys(DERIVED.get(family, ()))}
        if family == "mpt":
            defaults["mpt/attn_config"] = fields.pop("attn_config")
        if family == "idefics":
            for part in ("vision_config", "perceiver_config"):
                defaults[f"idefics/{part}"] = fields.pop(part)
        if family in ("idefics3", "smolvlm"):
            defaults[f"{family}/vision_config"] = fields.pop("vision_config")
            fields.pop("text_config")
        for part in ("text_config", "vision_config") if family in ("clip", "siglip", "llava", "gemma3") else ():
            fields.pop(part, None)
        defaults[family] = fields
        # A field that the release does not have is not one that it can save with a meaning.
        known = {*fields, *(() if family not in ("mpt", "clip", "siglip", "idefics", "idefics3", "smolvlm", "llava", "gemma3") else ("attn_config", "text_config", "vision_config", "perceiver_config"))}
        has = lambda given: all(key in known or key in ALIASES.get(family, ()) for key in given)
        families[family] = {
            "read": each(lambda given: saved(cls, family, given), {case: given for case, given in read.items() if has(given)}),
            "refused": each(lambda given: saved(cls, family, given)["file"], {field: given for field, given in refused.items() if has(given)}),
        }
    # What every config inherits is written once.
    every = as_json(transformers.PretrainedConfig().to_dict())
    inherited = lambda family, field, value: family in CONFIGS and field in every and value == every[field]
    own = {
        family: {field: value for field, value in fields.items() if not inherited(family.split("/")[0], field, value)}
        for family, fields in defaults.items()
    }
    return {"release": transformers.__version__, "families": families, "defaults": {**({} if only else {"every": every}), **own}}


# Those that inherit from PretrainedConfig.
CONFIGS = {family for family in FAMILIES if "processor" not in family and family != "generation"}

# Fields whose default follows from another field; where they are left out, that one counts.
DERIVED = {
    "llama": ("num_key_value_heads", "head_dim", "rope_parameters"),
    "mistral": ("head_dim", "rope_parameters"),
    **dict.fromkeys(("qwen2", "qwen3", "gemma2", "gemma3_text"), ("rope_parameters", "layer_types")),
    **dict.fromkeys(("glm4", "exaone4", "seed_oss", "arcee", "nemotron", "helium", "ministral", "ernie4_5", "hunyuan_v1_dense"),
                    ("num_key_value_heads", "head_dim", "layer_types", "rope_parameters")),
    "olmo3": ("num_key_value_heads", "layer_types", "rope_parameters"),
    **dict.fromkeys(("gemma", "phi3", "granite", "olmo2", "stablelm", "cohere", "glm", "starcoder2"), ("rope_parameters",)),
    **dict.fromkeys(("phi", "olmo"), ("num_key_value_heads", "rope_parameters")),
    "cohere2": ("num_key_value_heads", "head_dim", "layer_types", "sliding_window_pattern", "_sliding_window_pattern",
                "rope_parameters"),
    "smollm3": ("no_rope_layers", "layer_types", "rope_parameters"),
    "falcon": ("num_kv_heads", "ffn_hidden_size", "rope_parameters"),
    "gpt_neox": ("partial_rotary_factor", "rope_theta", "rope_parameters"),
    "opt": ("word_embed_proj_dim",),
    "idefics": ("rope_parameters",),
}

# What releases take under another name than they save it by.
ALIASES = {
    **dict.fromkeys(("phi", "falcon"), ("rope_theta", "partial_rotary_factor")),
    **dict.fromkeys(("llama", "mistral", "phi3", "gemma3_text"), ("rope_theta", "rope_scaling", "rope_local_base_freq")),
    **dict.fromkeys(("glm4", "nemotron"), ("partial_rotary_factor",)),
    "exaone4": ("head_dim",),
    "hunyuan_v1_dense": ("rope_theta", "rope_scaling"),
    "gemma2": ("hidden_activation",),
    "gpt_neox": ("rotary_pct", "rotary_emb_base", "rope_scaling"),
    "mpt": ("verbose",),
    "idefics_image_processor": ("image_size",),
    "generation": ("max_new_tokens",),
}


def each(make, cases: dict) -> dict:
    """What a release makes of each case, without those that it refuses itself."""
    made = {}
    for case, given in cases.items():
        try:
            made[case] = make(given)
        except Exception as error:
            print(f"{case}: {type(error).__name__} {str(error)[:200]!r}", file=sys.stderr)
    return made


def saved(cls, family: str, given: dict) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        cls(**given).save_pretrained(folder)
        (file,) = pathlib.Path(folder).glob("*.json")
        content = json.loads(file.read_text())
        again = cls.from_pretrained(folder)
    resolved = {}
    for path in RESOLVED[family].split():
        value = again
        for part in path.split("."):
            value = getattr(value, part, None)
        if value is not None:
            resolved[path] = as_json(value)
    return {"file": content, **({"resolved": resolved} if resolved else {})}


def as_json(value):
    return json.loads(json.dumps(value, default=str))


def foundry(site: pathlib.Path) -> dict:
    """The defaults in the source of a release of llm-foundry."""
    (info,) = site.glob("llm_foundry-*.dist-info")
    models = site / "llmfoundry/models"
    files = [models / name for name in ("mpt/configuration_mpt.py", "utils/config_defaults.py", "layers/blocks.py")]
    trees = [ast.parse(file.read_text()) for file in files if file.exists()]
    tables = {}
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "").endswith("_defaults"):
            tables[node.target.id] = ast.literal_eval(node.value)
    (cls,) = [node for node in ast.walk(trees[0]) if isinstance(node, ast.ClassDef) and node.name == "MPTConfig"]
    (init,) = [node for node in cls.body if isinstance(node, ast.FunctionDef) and node.name == "__init__"]
    names = [argument.arg for argument in init.args.args][1:]
    fields = {
        name: ast.literal_eval(default)
        for name, default in zip(names[-len(init.args.defaults):], init.args.defaults)
        if not isinstance(default, ast.Name)
    }
    for part in ("attn_config", "ffn_config", "init_config"):
        fields.pop(part, None)
    return {
        "release": re.search(r"-([\d.]+)\.dist-info", info.name).group(1),
        "defaults": {"llm-foundry/mpt": fields, "llm-foundry/attn_config": tables["attn_config_defaults"]},
    }


def open_clip(site: pathlib.Path) -> dict:
    """The defaults in the source of a release of open_clip; those of older ones for pictures are not in a class."""
    (info,) = site.glob("open_clip_torch-*.dist-info")
    tables = {}
    for file, cls, name in (
        ("model.py", "CLIPVisionCfg", "open_clip/vision_cfg"),
        ("transform.py", "PreprocessCfg", "open_clip/preprocess_cfg"),
    ):
        tree = ast.parse((site / "open_clip" / file).read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and node.name == cls:
                tables[name] = {
                    field.target.id: ast.literal_eval(field.value)
                    for field in node.body
                    if isinstance(field, ast.AnnAssign) and not isinstance(field.value, ast.Name)
                }
    return {"release": re.search(r"-([\d.]+)\.dist-info", info.name).group(1), "defaults": tables}


def source(site: pathlib.Path) -> dict:
    return foundry(site) if (site / "llmfoundry").exists() else open_clip(site)


def merged(releases: list) -> dict:
    """Every field with the different values of its default, those of newer releases first."""
    table: dict = {}
    for release in reversed(releases):
        for family, fields in release["defaults"].items():
            for field, value in fields.items():
                if field == "transformers_version":
                    continue
                values = table.setdefault(family, {}).setdefault(field, [])
                if value not in values:
                    values.append(value)
    return {family: dict(sorted(fields.items())) for family, fields in sorted(table.items())}


def present() -> dict:
    """The table as it is: the classes of originals that are not given stay."""
    return json.loads(TABLE.read_text().split("ORIGINAL_DEFAULTS = named(", 1)[1].rstrip(");\n"))


def by_release(each: dict) -> list:
    return [int(part) for part in re.findall(r"\d+", each["release"])]


def main(arguments: list) -> None:
    said = lambda option: [arguments[i + 1] for i, word in enumerate(arguments) if word == option]
    sites, only = [pathlib.Path(site) for site in said("--source")], said("--family")
    options = ("--source", "--family")
    pythons = [word for i, word in enumerate(arguments) if word not in options and arguments[i - 1] not in options]
    run = lambda python: subprocess.run([python, __file__, "--one", *only], stdout=subprocess.PIPE, check=True).stdout
    releases = sorted([json.loads(run(python).splitlines()[-1]) for python in pythons], key=by_release)
    for release in releases:
        folder = HERE / "configs" / release["release"]
        folder.mkdir(parents=True, exist_ok=True)
        for family, cases in release["families"].items():
            (folder / f"{family}.json").write_text(lines(cases))
    table = {**present(), **merged([*sorted([source(site) for site in sites], key=by_release), *releases])}
    table = dict(sorted(table.items()))
    TABLE.write_text(TABLE_HEAD + lines(table).rstrip("\n") + ");\n")
    for family, fields in table.items():
        for field, values in fields.items():
            if len(values) > 1 and family != "generation":
                print(f"{family}.{field}: {values}")


def lines(content: dict) -> str:
    """JSON with a line for each of the second level."""
    parts = []
    for name, inner in content.items():
        rows = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in inner.items()]
        parts.append(f" {json.dumps(name)}: {{\n" + ",\n".join(rows) + "\n }" if rows else f" {json.dumps(name)}: {{}}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(one_release(sys.argv[2:])))
    else:
        main(sys.argv[1:])
