"""Writes the references of the language models alone: small random models of the original classes.

    python language_models.py [model ...]      (default: all that this Python's packages have)

`mosaic-mpt*` need llm-foundry (requirements.txt), the others a recent transformers (requirements-recent.txt).
Every number comes from those packages; this script only chooses sizes, seeds and inputs.
"""

import json
import sys

import torch

from shared import PAD, only_valid, pad_rows, prefixed, randomise, seed_by_name, stand_in, write_safetensors

VOCABULARY = 48
CONTEXT = 64
ROWS = (9, 6, 2)
STEPS = 4


def config_json(config):
    """The config as its config.json has it, `model_type` included."""
    values = config.to_dict()
    values["model_type"] = config.model_type
    return json.dumps(values, default=str)


@torch.no_grad()
def write(name, model, takes_positions=True):
    """Logits of a batch padded on either side, and of further tokens one at a time on the cache."""
    seed_by_name(name)
    model.eval()
    randomise(model)
    rows = [torch.randint(3, VOCABULARY, (length,)).tolist() for length in ROWS]
    steps = torch.randint(3, VOCABULARY, (STEPS, len(rows)))
    # what is tied is stored once, under the name that a checkpoint of the original keeps
    tensors = prefixed("weights", dict(model.named_parameters()))
    for side in ("right", "left"):
        ids, mask = pad_rows(rows, side)
        positions = {"position_ids": (mask.cumsum(1) - 1).clamp(min=0)} if takes_positions else {}
        out = model(input_ids=ids, attention_mask=mask, use_cache=True, **positions)
        tensors[f"input.{side}.input_ids"] = ids
        tensors[f"input.{side}.attention_mask"] = mask
        tensors[f"output.{side}.logits"] = only_valid(out.logits, mask)
    # the last pass was padded on the left: the only side after which the originals count places right
    tensors["input.decode.input_ids"] = steps
    tensors["output.decode.logits"] = decode(model, out.past_key_values, mask, steps, takes_positions)
    check_uncached(model, rows, steps, tensors["output.decode.logits"])
    write_safetensors(
        f"language/{name}.safetensors",
        tensors,
        {"module": type(model).__name__, "config": config_json(model.config)},
    )


def decode(model, past, mask, steps, takes_positions):
    logits = []
    for tokens in steps:
        mask = torch.cat([mask, torch.ones_like(mask[:, :1])], dim=1)
        positions = {"position_ids": mask.sum(1, keepdim=True) - 1} if takes_positions else {}
        out = model(
            input_ids=tokens[:, None], attention_mask=mask, past_key_values=past, use_cache=True, **positions
        )
        past = out.past_key_values
        logits.append(out.logits[:, 0])
    return torch.stack(logits)


def check_uncached(model, rows, steps, expected):
    """A row alone, in one pass without padding or cache, gives the same."""
    for i, row in enumerate(rows):
        whole = torch.tensor([row + steps[:, i].tolist()])
        logits = model(input_ids=whole, attention_mask=torch.ones_like(whole)).logits[0, len(row) :]
        torch.testing.assert_close(logits, expected[:, i], rtol=1e-3, atol=1e-3)


SIZES = dict(vocab_size=VOCABULARY, hidden_size=32, num_hidden_layers=2, num_attention_heads=4)


def opt():
    from transformers import OPTConfig, OPTForCausalLM

    config = OPTConfig(
        **SIZES, word_embed_proj_dim=32, ffn_dim=64, max_position_embeddings=CONTEXT, pad_token_id=PAD
    )  # fmt: skip
    write("opt", OPTForCausalLM(config), takes_positions=False)


def mpt():
    from transformers import MptConfig, MptForCausalLM

    config = MptConfig(
        vocab_size=VOCABULARY, d_model=24, n_heads=3, n_layers=2, max_seq_len=CONTEXT,
        attn_config={"clip_qkv": 0.8, "softmax_scale": 0.4},
    )  # fmt: skip
    write("mpt", MptForCausalLM(config), takes_positions=False)


def mosaic_mpt():
    """llm-foundry's own MPT, which has query and key norms; transformers' leaves them out."""
    write("mosaic-mpt", build_mosaic_mpt(n_heads=4, logit_scale="inv_sqrt_d_model"), takes_positions=False)


def build_mosaic_mpt(vocab_size=VOCABULARY, d_model=32, n_heads=4, n_layers=2, qk_ln=True, **more):
    stand_in(
        "composer composer.metrics composer.metrics.nlp composer.models composer.models.huggingface"
        " composer.utils llmfoundry.data llmfoundry.optim llmfoundry.utils llmfoundry.models.hf"
    )
    from llmfoundry.models.mpt import MPTConfig, MPTForCausalLM

    return MPTForCausalLM(
        MPTConfig(
            vocab_size=vocab_size, d_model=d_model, n_heads=n_heads, n_layers=n_layers, max_seq_len=CONTEXT,
            expansion_ratio=2, no_bias=True, norm_type="low_precision_layernorm", **more,
            attn_config={
                "attn_impl": "torch", "alibi": True, "alibi_bias_max": 6, "qk_ln": qk_ln,
                "clip_qkv": 1.5 if qk_ln else None,
            },
        )
    )  # fmt: skip


def gpt_neox():
    from transformers import GPTNeoXConfig, GPTNeoXForCausalLM

    config = GPTNeoXConfig(
        **SIZES, intermediate_size=64, max_position_embeddings=CONTEXT, rotary_pct=0.25, hidden_act="gelu",
        use_parallel_residual=True,
    )  # fmt: skip
    write("gpt-neox", GPTNeoXForCausalLM(config))


def gpt_neox_unbiased():
    from transformers import GPTNeoXConfig, GPTNeoXForCausalLM

    config = GPTNeoXConfig(
        vocab_size=VOCABULARY, hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=28,
        max_position_embeddings=CONTEXT, rotary_pct=0.5, attention_bias=False, tie_word_embeddings=True,
    )  # fmt: skip
    write("gpt-neox-unbiased", GPTNeoXForCausalLM(config))


def redpajama():
    """RedPajama-INCITE: every feature of a head turns, and the two residuals follow each other."""
    from transformers import GPTNeoXConfig, GPTNeoXForCausalLM

    config = GPTNeoXConfig(
        **SIZES, intermediate_size=64, max_position_embeddings=CONTEXT, rotary_pct=1.0, hidden_act="gelu",
        use_parallel_residual=False,
    )  # fmt: skip
    write("redpajama", GPTNeoXForCausalLM(config))


def llama():
    """LLaMA 1 and 2, with the linear scaling that long-context variants of them use."""
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        **SIZES, intermediate_size=48, max_position_embeddings=CONTEXT, rms_norm_eps=1e-6,
        rope_parameters={"rope_type": "linear", "factor": 2.0, "rope_theta": 10000.0},
    )  # fmt: skip
    write("llama", LlamaForCausalLM(config))


def llama3():
    """LLaMA 3: grouped heads, its own scaling of the angles, heads wider than dim/heads, a tied head, biases."""
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        **SIZES, intermediate_size=48, max_position_embeddings=CONTEXT, num_key_value_heads=2, head_dim=12,
        attention_bias=True, mlp_bias=True, tie_word_embeddings=True,
        rope_parameters={
            "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
            "original_max_position_embeddings": 16, "rope_theta": 500.0,
        },
    )  # fmt: skip
    write("llama-3", LlamaForCausalLM(config))


def gpt2():
    from transformers import GPT2Config, GPT2LMHeadModel

    config = GPT2Config(
        vocab_size=VOCABULARY, n_embd=32, n_layer=2, n_head=4, n_positions=CONTEXT, n_inner=48,
        scale_attn_by_inverse_layer_idx=True,
    )  # fmt: skip
    write("gpt2", GPT2LMHeadModel(config))


# Sizes that nothing divides by chance: heads of a width of their own, queries in groups of three, three layers.
AWKWARD = dict(
    vocab_size=VOCABULARY, hidden_size=20, intermediate_size=28, num_hidden_layers=3, num_attention_heads=6,
    num_key_value_heads=2, max_position_embeddings=CONTEXT, pad_token_id=PAD, attn_implementation="eager",
)  # fmt: skip
# Shorter than the longest row, so that some keys are out of sight in prefill, and more in decode.
WINDOW = 5


def rotary(kind, **fields):
    return {"rope_type": kind, "rope_theta": 500.0, **fields}


def mistral():
    from transformers import MistralConfig, MistralForCausalLM

    config = MistralConfig(**AWKWARD, head_dim=6, sliding_window=WINDOW, rope_parameters=rotary("default"))
    write("mistral", MistralForCausalLM(config))


def mistral_yarn():
    """Without a window; YaRN's factors bent by every field that it has."""
    from transformers import MistralConfig, MistralForCausalLM

    yarn = rotary(
        "yarn", factor=4.0, original_max_position_embeddings=16, beta_fast=4.0, beta_slow=0.5, mscale=0.8,
        mscale_all_dim=0.3, truncate=False,
    )  # fmt: skip
    config = MistralConfig(**AWKWARD, head_dim=12, sliding_window=None, tie_word_embeddings=True, rope_parameters=yarn)
    write("mistral-yarn", MistralForCausalLM(config))


def llama_dynamic():
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(**{**AWKWARD, "hidden_size": 24}, head_dim=8, rope_parameters=rotary("dynamic", factor=3.0))
    write("llama-dynamic", LlamaForCausalLM(config))


def qwen2():
    """Qwen2.5's: biases of queries, keys and values alone, a tied head, YaRN as its authors advise it."""
    from transformers import Qwen2Config, Qwen2ForCausalLM

    yarn = rotary("yarn", factor=4.0, original_max_position_embeddings=16)
    sizes = {**AWKWARD, "hidden_size": 24}
    write("qwen2", Qwen2ForCausalLM(Qwen2Config(**sizes, tie_word_embeddings=True, rope_parameters=yarn)))


def qwen2_windows():
    from transformers import Qwen2Config, Qwen2ForCausalLM

    sizes = {**AWKWARD, "hidden_size": 24}
    config = Qwen2Config(**sizes, use_sliding_window=True, sliding_window=WINDOW, max_window_layers=1)
    write("qwen2-windows", Qwen2ForCausalLM(config))


def qwen3():
    from transformers import Qwen3Config, Qwen3ForCausalLM

    config = Qwen3Config(**AWKWARD, head_dim=10, attention_bias=True, rope_parameters=rotary("default"))
    write("qwen3", Qwen3ForCausalLM(config))


def gemma():
    """One head of keys and values for all, heads together wider than the model."""
    from transformers import GemmaConfig, GemmaForCausalLM

    config = GemmaConfig(**{**AWKWARD, "num_key_value_heads": 1}, head_dim=8, rope_parameters=rotary("default"))
    write("gemma", GemmaForCausalLM(config))


def gemma2():
    """Caps so low that they bend, windows in two of three layers."""
    from transformers import Gemma2Config, Gemma2ForCausalLM

    config = Gemma2Config(
        **{**AWKWARD, "hidden_size": 24}, head_dim=6, query_pre_attn_scalar=10, sliding_window=WINDOW,
        attn_logit_softcapping=1.5, final_logit_softcapping=2.0, rope_parameters=rotary("default"),
    )  # fmt: skip
    write("gemma2", Gemma2ForCausalLM(config))


def gemma3():
    """A base of its own for the layers with windows, linear scaling for those without."""
    from transformers import Gemma3ForCausalLM, Gemma3TextConfig

    config = Gemma3TextConfig(
        **{**AWKWARD, "hidden_size": 24}, head_dim=6, query_pre_attn_scalar=10, sliding_window=WINDOW,
        layer_types=["sliding_attention", "full_attention", "sliding_attention"],
        rope_parameters={
            "full_attention": rotary("linear", factor=8.0),
            "sliding_attention": {"rope_type": "default", "rope_theta": 50.0},
        },
    )  # fmt: skip
    write("gemma3", Gemma3ForCausalLM(config))


def gemma3_seeing():
    """The language model of one that sees, by the whole's names: what a text without pictures gives."""
    from transformers import Gemma3Config, Gemma3ForConditionalGeneration

    text = dict(
        **{**AWKWARD, "hidden_size": 24}, head_dim=6, query_pre_attn_scalar=10, sliding_window=WINDOW,
        layer_types=["sliding_attention", "full_attention", "sliding_attention"],
        rope_parameters={
            "full_attention": rotary("linear", factor=8.0),
            "sliding_attention": {"rope_type": "default", "rope_theta": 50.0},
        },
    )  # fmt: skip
    eyes = dict(
        hidden_size=12, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2, image_size=8, patch_size=4
    )
    config = Gemma3Config(
        text_config=text, vision_config=eyes, mm_tokens_per_image=1, image_token_index=2, boi_token_index=1,
        eoi_token_index=1,
    )  # fmt: skip
    write("gemma3-seeing", Gemma3ForConditionalGeneration(config))


def phi3():
    """Phi-4's: a part of each head turns, by LongRoPE's factors for prompts of the original length."""
    from transformers import Phi3Config, Phi3ForCausalLM

    longrope = rotary(
        "longrope", short_factor=[1.0, 1.3, 1.7], long_factor=[1.0, 4.0, 9.0], partial_rotary_factor=0.75,
        original_max_position_embeddings=32,
    )  # fmt: skip
    sizes = {**AWKWARD, "hidden_size": 48}
    config = Phi3Config(**sizes, sliding_window=WINDOW, original_max_position_embeddings=32, rope_parameters=longrope)
    write("phi3", Phi3ForCausalLM(config))


def granite():
    from transformers import GraniteConfig, GraniteForCausalLM

    sizes = {**AWKWARD, "hidden_size": 24}
    config = GraniteConfig(
        **sizes, attention_bias=True, mlp_bias=True, embedding_multiplier=3.0, logits_scaling=1.7,
        residual_multiplier=0.6, attention_multiplier=0.4, rope_parameters=rotary("default"),
    )  # fmt: skip
    write("granite", GraniteForCausalLM(config))


def olmo2():
    from transformers import Olmo2Config, Olmo2ForCausalLM

    config = Olmo2Config(**{**AWKWARD, "hidden_size": 24}, rope_parameters=rotary("default"))
    write("olmo2", Olmo2ForCausalLM(config))


def stablelm():
    from transformers import StableLmConfig, StableLmForCausalLM

    partial = rotary("default", partial_rotary_factor=0.25)
    config = StableLmConfig(**{**AWKWARD, "hidden_size": 48}, use_qkv_bias=True, rope_parameters=partial)
    write("stablelm", StableLmForCausalLM(config))


def stablelm_parallel():
    from transformers import StableLmConfig, StableLmForCausalLM

    partial = rotary("default", partial_rotary_factor=0.5)
    config = StableLmConfig(**{**AWKWARD, "hidden_size": 48}, use_parallel_residual=True, rope_parameters=partial)
    write("stablelm-parallel", StableLmForCausalLM(config))


def cohere():
    from transformers import CohereConfig, CohereForCausalLM

    config = CohereConfig(**{**AWKWARD, "hidden_size": 24}, logit_scale=0.3, rope_parameters=rotary("default"))
    write("cohere", CohereForCausalLM(config))


def gptj():
    """Six of each head's eight features turn; a head with biases."""
    from transformers import GPTJConfig, GPTJForCausalLM

    config = GPTJConfig(
        vocab_size=VOCABULARY, n_embd=24, n_layer=3, n_head=3, rotary_dim=6, n_inner=28, n_positions=CONTEXT,
        attn_implementation="eager",
    )  # fmt: skip
    write("gptj", GPTJForCausalLM(config))


def phi():
    """Phi-2's share of each head that turns."""
    from transformers import PhiConfig, PhiForCausalLM

    sizes = {**AWKWARD, "hidden_size": 60, "num_key_value_heads": 6}
    config = PhiConfig(**sizes, rope_parameters=rotary("default", partial_rotary_factor=0.4))
    write("phi", PhiForCausalLM(config))


def phi_norms():
    """Norms of queries and keys, grouped heads, linear scaling, the embeddings for a head, which keeps its biases."""
    from transformers import PhiConfig, PhiForCausalLM

    config = PhiConfig(
        **{**AWKWARD, "hidden_size": 48}, qk_layernorm=True, tie_word_embeddings=True, hidden_act="gelu",
        rope_parameters=rotary("linear", factor=2.0, partial_rotary_factor=0.5),
    )  # fmt: skip
    write("phi-norms", PhiForCausalLM(config))


def starcoder2():
    from transformers import Starcoder2Config, Starcoder2ForCausalLM

    sizes = {**AWKWARD, "hidden_size": 24}
    config = Starcoder2Config(**sizes, sliding_window=WINDOW, rope_parameters=rotary("default"))
    write("starcoder2", Starcoder2ForCausalLM(config))


def starcoder2_plain():
    """Without biases, windows and the embeddings for a head."""
    from transformers import Starcoder2Config, Starcoder2ForCausalLM

    config = Starcoder2Config(
        **{**AWKWARD, "hidden_size": 24}, use_bias=False, tie_word_embeddings=False, norm_epsilon=1e-3,
        rope_parameters=rotary("default"),
    )  # fmt: skip
    write("starcoder2-plain", Starcoder2ForCausalLM(config))


def olmo():
    """Clipped so close that it bends."""
    from transformers import OlmoConfig, OlmoForCausalLM

    config = OlmoConfig(**{**AWKWARD, "hidden_size": 24}, clip_qkv=0.7, rope_parameters=rotary("default"))
    write("olmo", OlmoForCausalLM(config))


def smollm3():
    """The second of three layers does not turn, and has a window."""
    from transformers import SmolLM3Config, SmolLM3ForCausalLM

    config = SmolLM3Config(
        **{**AWKWARD, "hidden_size": 24}, no_rope_layers=[1, 0, 1], use_sliding_window=True, sliding_window=WINDOW,
        attention_bias=True, mlp_bias=True, rope_parameters=rotary("default"),
    )  # fmt: skip
    write("smollm3", SmolLM3ForCausalLM(config))


def cohere_norms():
    """Command R+'s norms, of each head by weights of its own."""
    from transformers import CohereConfig, CohereForCausalLM

    config = CohereConfig(
        **{**AWKWARD, "hidden_size": 24}, use_qk_norm=True, attention_bias=True, rope_parameters=rotary("default")
    )
    write("cohere-norms", CohereForCausalLM(config))


def cohere2():
    """A window and positions in the first and the third layer, neither in the second."""
    from transformers import Cohere2Config, Cohere2ForCausalLM

    config = Cohere2Config(
        **{**AWKWARD, "hidden_size": 24}, sliding_window=WINDOW, logit_scale=0.3, rope_parameters=rotary("default"),
        layer_types=["sliding_attention", "full_attention", "sliding_attention"],
    )  # fmt: skip
    write("cohere2", Cohere2ForCausalLM(config))


def stablelm_norms():
    """StableLM 2 12B's norms, of each head by weights of its own, and its parallel residual."""
    from transformers import StableLmConfig, StableLmForCausalLM

    config = StableLmConfig(
        **{**AWKWARD, "hidden_size": 48}, qk_layernorm=True, use_parallel_residual=True,
        rope_parameters=rotary("default", partial_rotary_factor=0.25),
    )  # fmt: skip
    write("stablelm-norms", StableLmForCausalLM(config))


def glm():
    from transformers import GlmConfig, GlmForCausalLM

    config = GlmConfig(**AWKWARD, head_dim=12, rope_parameters=rotary("default", partial_rotary_factor=0.5))
    write("glm", GlmForCausalLM(config))


def glm4():
    from transformers import Glm4Config, Glm4ForCausalLM

    config = Glm4Config(**AWKWARD, head_dim=12, rope_parameters=rotary("default", partial_rotary_factor=0.5))
    write("glm4", Glm4ForCausalLM(config))


def olmo3():
    """YaRN in the layer without a window alone, where the others have a base of their own."""
    from transformers import Olmo3Config, Olmo3ForCausalLM

    config = Olmo3Config(
        **{**AWKWARD, "hidden_size": 24}, sliding_window=WINDOW,
        layer_types=["sliding_attention", "full_attention", "sliding_attention"],
        rope_parameters={
            "full_attention": rotary("yarn", factor=8.0, original_max_position_embeddings=16, attention_factor=1.2),
            "sliding_attention": {"rope_type": "default", "rope_theta": 50.0},
        },
    )  # fmt: skip
    write("olmo3", Olmo3ForCausalLM(config))


def exaone4():
    """The 32B's: the layer without a window does not turn."""
    from transformers import Exaone4Config, Exaone4ForCausalLM

    config = Exaone4Config(
        **AWKWARD, head_dim=10, sliding_window=WINDOW, rope_parameters=rotary("default"),
        layer_types=["sliding_attention", "full_attention", "sliding_attention"],
    )  # fmt: skip
    write("exaone4", Exaone4ForCausalLM(config))


def exaone4_whole():
    """The 1.2B's: no windows, so every layer turns, by LLaMA 3's scaling; a tied head."""
    from transformers import Exaone4Config, Exaone4ForCausalLM

    scaling = rotary(
        "llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=16
    )
    config = Exaone4Config(
        **{**AWKWARD, "hidden_size": 24}, sliding_window=None, layer_types=["full_attention"] * 3,
        tie_word_embeddings=True, rope_parameters=scaling,
    )  # fmt: skip
    write("exaone4-whole", Exaone4ForCausalLM(config))


def seed_oss():
    from transformers import SeedOssConfig, SeedOssForCausalLM

    config = SeedOssConfig(
        **AWKWARD, head_dim=10, attention_out_bias=True, mlp_bias=True, rope_parameters=rotary("default")
    )
    write("seed-oss", SeedOssForCausalLM(config))


def arcee():
    from transformers import ArceeConfig, ArceeForCausalLM

    config = ArceeConfig(
        **{**AWKWARD, "hidden_size": 24}, head_dim=10, mlp_bias=True,
        rope_parameters=rotary("yarn", factor=4.0, original_max_position_embeddings=16),
    )  # fmt: skip
    write("arcee", ArceeForCausalLM(config))


def nemotron():
    from transformers import NemotronConfig, NemotronForCausalLM

    partial = rotary("default", partial_rotary_factor=0.5)
    config = NemotronConfig(**AWKWARD, head_dim=12, mlp_bias=True, rope_parameters=partial)
    write("nemotron", NemotronForCausalLM(config))


def helium():
    from transformers import HeliumConfig, HeliumForCausalLM

    config = HeliumConfig(
        **{**AWKWARD, "hidden_size": 24}, head_dim=4, attention_bias=True, tie_word_embeddings=True,
        rope_parameters=rotary("default"),
    )  # fmt: skip
    write("helium", HeliumForCausalLM(config))


def ministral():
    from transformers import MinistralConfig, MinistralForCausalLM

    config = MinistralConfig(
        **AWKWARD, head_dim=6, sliding_window=WINDOW, rope_parameters=rotary("default"),
        layer_types=["sliding_attention", "full_attention", "sliding_attention"],
    )  # fmt: skip
    write("ministral", MinistralForCausalLM(config))


def ernie45():
    from transformers import Ernie4_5Config, Ernie4_5ForCausalLM

    config = Ernie4_5Config(**AWKWARD, head_dim=10, use_bias=True, rope_parameters=rotary("default"))
    write("ernie45", Ernie4_5ForCausalLM(config))


def hunyuan_dense():
    """Whose `alpha` is another rotary base."""
    from transformers import HunYuanDenseV1Config, HunYuanDenseV1ForCausalLM

    scaling = rotary("dynamic", alpha=7.0, factor=1.0, beta_fast=32, beta_slow=1, mscale=1.0, mscale_all_dim=1.0)
    config = HunYuanDenseV1Config(**AWKWARD, head_dim=10, attention_bias=True, rope_parameters=scaling)
    write("hunyuan-dense", HunYuanDenseV1ForCausalLM(config))


def falcon(name, **more):
    """Whose alibi counts twice in 5.24's eager attention: the default one counts it once, as all releases before."""
    from transformers import FalconConfig, FalconForCausalLM

    config = FalconConfig(
        **{"vocab_size": VOCABULARY, "hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 6,
           "max_position_embeddings": CONTEXT, "bos_token_id": 2, "eos_token_id": 2, **more},
    )  # fmt: skip
    write(name, FalconForCausalLM(config))


def falcon_7b():
    """All heads share one key and one value; rotary positions with linear scaling."""
    falcon("falcon-7b", rope_parameters=rotary("linear", factor=2.0))


def falcon_40b():
    """The newer architecture: groups of heads, a norm for attention and one for the perceptron."""
    falcon("falcon-40b", new_decoder_architecture=True, num_kv_heads=2, bias=True, rope_parameters=rotary("default"))


def falcon2_11b():
    """The newer architecture with one norm for both, a head and a width of its own."""
    falcon(
        "falcon2-11b", new_decoder_architecture=True, num_kv_heads=3, num_ln_in_parallel_attn=1, ffn_hidden_size=28,
        activation="gelu_pytorch_tanh", tie_word_embeddings=False, rope_parameters=rotary("default"),
    )  # fmt: skip


def falcon_rw():
    """ALiBi, whose slopes for 20 heads are none that bfloat16 has; attention and perceptron in turn."""
    falcon(
        "falcon-rw", hidden_size=40, num_attention_heads=20, alibi=True, bias=True, multi_query=False, parallel_attn=False,
        ffn_hidden_size=28,
    )  # fmt: skip


def bloom(name="bloom", **more):
    """Three heads, whose slopes are not those of a power of two."""
    from transformers import BloomConfig, BloomForCausalLM

    config = BloomConfig(vocab_size=VOCABULARY, hidden_size=24, n_layer=2, n_head=3, seq_length=CONTEXT, **more)
    write(name, BloomForCausalLM(config), takes_positions=False)


def bloom_after():
    """What is added to is what was normed; a head of its own."""
    bloom("bloom-after", apply_residual_connection_post_layernorm=True, tie_word_embeddings=False)


def gpt_bigcode(name="gpt-bigcode", **more):
    """StarCoder's: all heads share one key and one value."""
    from transformers import GPTBigCodeConfig, GPTBigCodeForCausalLM

    config = GPTBigCodeConfig(
        vocab_size=VOCABULARY, n_embd=24, n_layer=2, n_head=3, n_positions=CONTEXT, n_inner=28, **more
    )
    write(name, GPTBigCodeForCausalLM(config))


def gpt_bigcode_many():
    """A key and a value for every head, scores as they come, a head of its own."""
    gpt_bigcode("gpt-bigcode-many", multi_query=False, scale_attn_weights=False, tie_word_embeddings=False)


MODELS = {
    "falcon-7b": falcon_7b,
    "falcon-40b": falcon_40b,
    "falcon2-11b": falcon2_11b,
    "falcon-rw": falcon_rw,
    "bloom": bloom,
    "bloom-after": bloom_after,
    "gpt-bigcode": gpt_bigcode,
    "gpt-bigcode-many": gpt_bigcode_many,
    "gptj": gptj,
    "phi": phi,
    "phi-norms": phi_norms,
    "starcoder2": starcoder2,
    "starcoder2-plain": starcoder2_plain,
    "olmo": olmo,
    "smollm3": smollm3,
    "cohere-norms": cohere_norms,
    "cohere2": cohere2,
    "stablelm-norms": stablelm_norms,
    "glm": glm,
    "glm4": glm4,
    "olmo3": olmo3,
    "exaone4": exaone4,
    "exaone4-whole": exaone4_whole,
    "seed-oss": seed_oss,
    "arcee": arcee,
    "nemotron": nemotron,
    "helium": helium,
    "ministral": ministral,
    "ernie45": ernie45,
    "hunyuan-dense": hunyuan_dense,
    "mistral": mistral,
    "mistral-yarn": mistral_yarn,
    "llama-dynamic": llama_dynamic,
    "qwen2": qwen2,
    "qwen2-windows": qwen2_windows,
    "qwen3": qwen3,
    "gemma": gemma,
    "gemma2": gemma2,
    "gemma3": gemma3,
    "gemma3-seeing": gemma3_seeing,
    "phi3": phi3,
    "granite": granite,
    "olmo2": olmo2,
    "stablelm": stablelm,
    "stablelm-parallel": stablelm_parallel,
    "cohere": cohere,
    "opt": opt,
    "mpt": mpt,
    "mosaic-mpt": mosaic_mpt,
    "gpt-neox": gpt_neox,
    "gpt-neox-unbiased": gpt_neox_unbiased,
    "redpajama": redpajama,
    "llama": llama,
    "llama-3": llama3,
    "gpt2": gpt2,
}


def main(names):
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    for name in names or MODELS:
        MODELS[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
