"""Writes the reference tensors in this folder by running the original Python implementations.

    python generate.py [family ...]      families: blocks clip open-flamingo layers (default: all)

Every number comes from open_flamingo and transformers themselves; this script only chooses
sizes, seeds and inputs. It is deterministic: the same versions give the same bytes.
"""

import json
import sys

import torch
from open_flamingo.src.factory import _infer_decoder_layers_attr_name
from open_flamingo.src.flamingo import Flamingo
from open_flamingo.src.flamingo_lm import FlamingoLMMixin
from open_flamingo.src.helpers import GatedCrossAttentionBlock, PerceiverResampler
from open_flamingo.src.utils import extend_instance
from transformers import (
    CLIPVisionConfig,
    CLIPVisionModel,
    GPTNeoXConfig,
    GPTNeoXForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    OPTConfig,
    OPTForCausalLM,
)

from language_models import build_mosaic_mpt
from shared import HERE, PAD, decode_steps, double_precision, ends_before_padding, only_valid, pad_rows, prefixed, randomise, seed_by_name, stand_in, write_safetensors


# ---------------------------------------------------------------------------------------------
# blocks/: OpenFlamingo's PerceiverResampler and GatedCrossAttentionBlock, with gradients
# ---------------------------------------------------------------------------------------------


def write_block(name, module, metadata, inputs, output_name, **call):
    """Runs a block and stores weights, inputs, output and the gradient of sum(output * cotangent)."""
    floats = {key: value for key, value in inputs.items() if value.dtype.is_floating_point}
    for value in floats.values():
        value.requires_grad_()
    output = module(*inputs.values(), **call)
    cotangent = torch.randn(output.shape)
    (output * cotangent).sum().backward()
    weights = dict(module.named_parameters())
    write_safetensors(
        f"blocks/{name}.safetensors",
        {
            **prefixed("weights", weights),
            **prefixed("input", inputs),
            f"output.{output_name}": output,
            f"cotangent.{output_name}": cotangent,
            **prefixed("gradient.weights", {key: value.grad for key, value in weights.items()}),
            **prefixed("gradient.input", {key: value.grad for key, value in floats.items()}),
        },
        {key: str(value) for key, value in metadata.items()},
    )


def resampler(name, features, **options):
    """`features` is the input's shape: batch, media, frames, tokens (the width is `dim`)."""
    seed_by_name(name)
    module = PerceiverResampler(**options)
    randomise(module)
    inputs = {"features": torch.randn(*features, options["dim"])}
    write_block(name, module, {"module": "PerceiverResampler", **options}, inputs, "latents")


def cross_attention(
    name, locations, media, text=None, gates=True, use_cached_media=False, **options
):
    """`locations` has one string a batch row, `i` for an image token and `.` for text, or is None.
    `media` is batch, images, latents an image. `text` is the count of tokens where that differs
    from the length of the locations, as it may with `use_cached_media`."""
    seed_by_name(name)
    module = GatedCrossAttentionBlock(**options)
    randomise(module, gates)
    inputs = {
        "hidden": torch.randn(media[0], text or len(locations[0]), options["dim"]),
        "media": torch.randn(*media, options["dim_visual"]),
    }
    if locations is not None:
        inputs["media_locations"] = torch.tensor([[c == "i" for c in row] for row in locations])
    metadata = {
        "module": "GatedCrossAttentionBlock",
        "use_cached_media": use_cached_media,
        **options,
    }
    write_block(name, module, metadata, inputs, "hidden", use_cached_media=use_cached_media)


def blocks():
    resampler("resampler-ff2", (2, 2, 1, 5), dim=24, depth=2, dim_head=8, heads=2, num_latents=3, ff_mult=2)
    resampler("resampler-odd", (1, 3, 1, 7), dim=27, depth=1, dim_head=5, heads=3, num_latents=7)
    resampler("resampler-wide-heads", (1, 2, 1, 6), dim=24, depth=1, dim_head=16, heads=3, num_latents=4)
    resampler("resampler-one", (1, 1, 1, 1), dim=24, depth=1, dim_head=8, heads=1, num_latents=1)
    resampler("resampler-defaults", (1, 1, 1, 4), dim=8, depth=1)
    resampler(
        "resampler-media", (2, 2, 1, 4),
        dim=24, depth=1, dim_head=8, heads=3, num_latents=3, max_num_media=4, ff_mult=2,
    )  # fmt: skip
    resampler(
        "resampler-frames", (2, 2, 3, 4),
        dim=24, depth=1, dim_head=8, heads=3, num_latents=3, max_num_frames=5, ff_mult=2,
    )  # fmt: skip
    resampler(
        "resampler-media-frames", (1, 2, 3, 4),
        dim=24, depth=2, dim_head=8, heads=3, num_latents=2, max_num_media=3, max_num_frames=4, ff_mult=2,
    )  # fmt: skip

    small = dict(dim=32, dim_visual=24, dim_head=8, heads=3, ff_mult=2)
    # text before the first image; consecutive images; an image as the last token; no image at all
    edges = ["..i...i..", "ii...i...", "i..i....i", "........."]
    cross_attention("xattn-immediate-edges", edges, (4, 3, 3), **small)
    cross_attention("xattn-all-edges", edges, (4, 3, 3), only_attend_immediate_media=False, **small)
    # more locations than images in the first row, fewer in the second, as many in the third
    counts = [".iii..i.", ".i......", "i...i..."]
    cross_attention("xattn-immediate-counts", counts, (3, 2, 3), **small)
    cross_attention("xattn-all-counts", counts, (3, 2, 3), only_attend_immediate_media=False, **small)
    # decoding: the locations are the prompt's; two images, none, and more than there are media
    prompt = [".i..i.", "......", "iii..i"]
    cached = dict(use_cached_media=True, **small)
    cross_attention("xattn-cached-one", prompt, (3, 3, 2), text=1, **cached)
    cross_attention("xattn-cached-three", prompt, (3, 3, 2), text=3, **cached)
    cross_attention(
        "xattn-cached-all", prompt, (3, 3, 2), text=3, only_attend_immediate_media=False, **cached
    )
    cross_attention("xattn-no-locations", None, (2, 2, 3), text=4, **cached)
    cross_attention("xattn-single-token", ["i"], (1, 1, 3), **small)
    cross_attention("xattn-zero-gates", [".i.i"], (1, 2, 3), gates=False, **small)
    cross_attention("xattn-defaults", ["..i.i."], (1, 2, 3), dim=12, dim_visual=8)
    cross_attention(
        "xattn-odd", [".i..i", "i.i.."], (2, 2, 5), dim=25, dim_visual=19, dim_head=7, heads=5, ff_mult=1.5
    )


# ---------------------------------------------------------------------------------------------
# clip-vit*.safetensors: the vision encoder, up to the patch tokens that OpenFlamingo takes
# ---------------------------------------------------------------------------------------------


def clip():
    for name, activation in (("clip-vit", "quick_gelu"), ("clip-vit-gelu", "gelu")):
        seed_by_name(name)
        config = CLIPVisionConfig(
            hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
            image_size=28, patch_size=7, hidden_act=activation,
        )  # fmt: skip
        model = CLIPVisionModel(config).eval()
        randomise(model)
        pixels = torch.randn(2, 3, 28, 28)
        with torch.no_grad():
            tokens = model(pixels).last_hidden_state[:, 1:]
        write_safetensors(
            f"{name}.safetensors",
            {
                **prefixed("weights", dict(model.named_parameters())),
                "input.pixel_values": pixels,
                "output.patch_tokens": tokens,
            },
            {"module": "CLIPVisionModel", "config": config_json(config)},
        )


def config_json(config, **more):
    """The settings that shape the computation, without transformers' many unrelated ones."""
    names = (
        "hidden_size intermediate_size ffn_dim num_hidden_layers num_attention_heads image_size patch_size"
        " num_channels hidden_act activation_function layer_norm_eps vocab_size max_position_embeddings"
        " word_embed_proj_dim do_layer_norm_before enable_bias layer_norm_elementwise_affine"
        " tie_word_embeddings pad_token_id bos_token_id eos_token_id"
    ).split()
    vision_only = {"tie_word_embeddings", "pad_token_id", "bos_token_id", "eos_token_id"}
    skip = vision_only if isinstance(config, CLIPVisionConfig) else set()
    values = {name: getattr(config, name) for name in names if hasattr(config, name) and name not in skip}
    return json.dumps({**values, **more})


# ---------------------------------------------------------------------------------------------
# open-flamingo*.safetensors: OpenFlamingo's whole model on a tiny CLIP and a tiny OPT
# ---------------------------------------------------------------------------------------------

LANGUAGE_VOCABULARY = 48  # before <|endofchunk|> and <image> are appended
EOC, IMAGE = 48, 49
NEW_TOKENS = 8
# text before the first image, then two images in a row; one image; no image
PROMPTS = [
    [2, 7, IMAGE, 11, 12, EOC, IMAGE, IMAGE, 21, 9, 33],
    [2, IMAGE, 30, 31, 5, 17, 8],
    [2, 14, 15, 40, 6],
]
CANDIDATES = [[10, 25, EOC], [37], [18, 19]]


class VisionEncoder(torch.nn.Module):
    """Gives Flamingo what open_clip gives it: `.visual`, whose second output is the patch tokens."""

    class Visual(torch.nn.Module):
        def __init__(self, model):
            super().__init__()
            self.model = model

        def forward(self, pixels):
            out = self.model(pixels)
            return out.pooler_output, out.last_hidden_state[:, 1:]

    def __init__(self, model):
        super().__init__()
        self.visual = self.Visual(model)


SIZES = dict(vocab_size=LANGUAGE_VOCABULARY, hidden_size=16, num_attention_heads=4)


def tiny_opt():
    config = OPTConfig(
        **SIZES, word_embed_proj_dim=16, ffn_dim=32, num_hidden_layers=4,
        max_position_embeddings=40, dropout=0.0, pad_token_id=PAD,
    )  # fmt: skip
    return OPTForCausalLM(config), "model.decoder.final_layer_norm"


def tiny_redpajama():
    config = GPTNeoXConfig(
        **SIZES, intermediate_size=32, num_hidden_layers=4, max_position_embeddings=40, rotary_pct=1.0,
        use_parallel_residual=False, pad_token_id=PAD,
    )  # fmt: skip
    return GPTNeoXForCausalLM(config), "gpt_neox.final_layer_norm"


def tiny_llama():
    config = LlamaConfig(
        **SIZES, intermediate_size=24, num_hidden_layers=4, max_position_embeddings=40, pad_token_id=PAD
    )  # fmt: skip
    return LlamaForCausalLM(config), "model.norm"


def tiny_mpt(n_layers, qk_ln):
    model = build_mosaic_mpt(
        vocab_size=LANGUAGE_VOCABULARY, d_model=16, n_heads=4, n_layers=n_layers, qk_ln=qk_ln, pad_token_id=PAD
    )  # fmt: skip
    return model, "transformer.norm_f"


def build_open_flamingo(every, make_language, vision_size, depth):
    """The steps of OpenFlamingo's factory, with random parts in place of downloaded ones."""
    vision_config = CLIPVisionConfig(
        hidden_size=vision_size, intermediate_size=24, num_hidden_layers=2, num_attention_heads=3,
        image_size=21, patch_size=7, hidden_act="quick_gelu",
    )  # fmt: skip
    vision = CLIPVisionModel(vision_config)
    language, final_norm = make_language()
    randomise(vision)
    randomise(language)
    language.get_submodule(final_norm).weight.data.mul_(2)  # sharper, so less of a tie
    frozen = {
        **prefixed("vision", {name: p.clone() for name, p in vision.named_parameters()}),
        **prefixed("language", {name: p.clone() for name, p in language.named_parameters()}),
    }
    extend_instance(language, FlamingoLMMixin)
    language.set_decoder_layers_attr_name(_infer_decoder_layers_attr_name(language))
    language.resize_token_embeddings(LANGUAGE_VOCABULARY + 2)
    model = Flamingo(
        VisionEncoder(vision), language, EOC, IMAGE,
        vis_dim=vision_config.hidden_size, cross_attn_every_n_layers=every,
    ).eval()  # fmt: skip
    if depth != 6:  # its default, which the constructor does not let one choose
        model.perceiver = PerceiverResampler(dim=vision_size, depth=depth)
    model.requires_grad_(False)
    randomise(model.perceiver)
    randomise(model.lang_encoder.gated_cross_attn_layers)
    randomise(model.lang_encoder.get_input_embeddings())
    config = {
        "vision": json.loads(config_json(vision_config)),
        "language": {**language.config.to_dict(), "vocab_size": LANGUAGE_VOCABULARY},
        "vocab_size": LANGUAGE_VOCABULARY + 2,
        "cross_attn_every_n_layers": every,
        "eoc_token_id": EOC,
        "media_token_id": IMAGE,
        "pad_token_id": PAD,
        "activation": "gelu",
        "only_attend_immediate_media": True,
        "resampler": {"depth": depth, "heads": 8, "dim_head": 64, "num_latents": 64, "ff_mult": 4},
        "cross_attention": {"heads": 8, "dim_head": 64, "ff_mult": 4},
        "generation": {"max_new_tokens": NEW_TOKENS, "num_beams": 3, "length_penalty": 0.0},
    }
    return model, frozen, config


def trained_weights(model, short_names):
    """What a checkpoint keeps. A block's weights have two names in the state dict; which one is kept
    depends on the release that wrote it: `filter_state_dict_to_trainable` drops the short ones.
    Embeddings are kept even where they were frozen, and so are a language model's buffers."""
    state = model.state_dict()
    if short_names:
        kept = ("perceiver.", "lang_encoder.gated_cross_attn_layers.", "lang_encoder.model.decoder.embed_tokens.")
        return {name: tensor for name, tensor in state.items() if name.startswith(kept)}
    stand_in("wandb")
    from open_flamingo.train.train_utils import filter_state_dict_to_trainable

    model.perceiver.requires_grad_(True)
    model.lang_encoder.gated_cross_attn_layers.requires_grad_(True)
    model.lang_encoder.get_input_embeddings().requires_grad_(True)
    trained = filter_state_dict_to_trainable(model, dict(state))
    # An untied head has rows for the new tokens too. The filter keeps it only where its name has "embed" in it,
    # as GPT-NeoX's; LLaMA's is lost, and its new rows are then drawn anew at every loading. The logits need it.
    head = "lang_encoder.lm_head.weight"
    if head in state and not model.lang_encoder.config.tie_word_embeddings:
        trained[head] = state[head]
    return trained


def generated(sequences, prompt_length):
    """The new tokens, filled up with padding where all rows ended early."""
    new = sequences[:, prompt_length:]
    return torch.nn.functional.pad(new, (0, NEW_TOKENS - new.shape[1]), value=PAD)


def beam_search(model, vision_x, prompt):
    out = model.generate(
        vision_x, torch.tensor([prompt]), attention_mask=torch.ones(1, len(prompt), dtype=torch.int64),
        num_beams=3, num_return_sequences=3, length_penalty=0.0, max_new_tokens=NEW_TOKENS,
        return_dict_in_generate=True, output_scores=True,
    )  # fmt: skip
    return generated(out.sequences, len(prompt)), out.sequences_scores


def log_likelihood(model, vision_x, prompt, candidate):
    """Sum of the candidate's log-probabilities after the prompt, from one pass without a cache."""
    logits = model(vision_x, torch.tensor([prompt + candidate])).logits[0]
    log_probabilities = logits.log_softmax(-1)[len(prompt) - 1 : -1]
    return log_probabilities.gather(1, torch.tensor(candidate)[:, None]).sum()


@torch.no_grad()
def run_open_flamingo(model, vision_x, steps):
    """Everything that a file holds under `output.`."""
    outputs = {}
    for side in ("right", "left"):
        ids, mask = pad_rows(PROMPTS, side)
        model.cache_media(ids, vision_x)
        latents = model.lang_encoder._get_decoder_layers()[0].vis_x
        out = model(None, ids, attention_mask=mask, clear_conditioned_layers=False, use_cache=True)
        decode = lambda lang_x, **rest: model(None, lang_x, clear_conditioned_layers=False, **rest)
        outputs[f"output.{side}.logits"] = only_valid(out.logits, mask)
        # after padding on the right only OPT counts places right
        outputs[f"output.{side}.decode.logits"] = decode_steps(
            decode, "lang_x", out.past_key_values, mask, steps
        )
        model.uncache_media()
        # the plain pass gives the same
        again = model(vision_x, ids, attention_mask=mask).logits
        torch.testing.assert_close(only_valid(again, mask), outputs[f"output.{side}.logits"])
    right = outputs.pop("output.right.decode.logits")
    outputs["output.decode.logits"] = outputs.pop("output.left.decode.logits")
    if isinstance(model.lang_encoder, OPTForCausalLM):
        torch.testing.assert_close(right, outputs["output.decode.logits"], rtol=1e-4, atol=1e-4)
    outputs["output.logits"] = outputs.pop("output.right.logits")
    outputs["output.features"] = model.vision_encoder(vision_x.flatten(0, 2))[1].unflatten(
        0, vision_x.shape[:3]
    )
    outputs["output.latents"] = latents
    sequences = model.generate(vision_x, ids, attention_mask=mask, max_new_tokens=NEW_TOKENS)
    outputs["output.greedy.tokens"] = generated(sequences, ids.shape[1])
    for row, prompt in enumerate(PROMPTS[:2]):
        tokens, scores = beam_search(model, vision_x[row : row + 1], prompt)
        outputs[f"output.beam.{row}.tokens"] = tokens
        outputs[f"output.beam.{row}.scores"] = scores
    outputs["output.candidate_log_likelihoods"] = torch.stack(
        [
            torch.stack([log_likelihood(model, vision_x[i : i + 1], prompt, c) for c in CANDIDATES])
            for i, prompt in enumerate(PROMPTS)
        ]
    )
    return outputs


def write_open_flamingo(
    name, every, make_language=tiny_opt, seed=0, vision_size=6, depth=2, short_names=False, rename=None
):
    seed_by_name(name, seed)
    model, frozen, config = build_open_flamingo(every, make_language, vision_size, depth)
    if rename is not None:
        config["language"] = rename.config(config["language"])
    vision_x = torch.randn(len(PROMPTS), 3, 1, 3, 21, 21)
    for i, prompt in enumerate(PROMPTS):
        vision_x[i, prompt.count(IMAGE) :] = 0  # rows with fewer images are filled up with zeros
    steps = torch.randint(3, LANGUAGE_VOCABULARY, (5, len(PROMPTS)))
    outputs = run_open_flamingo(model, vision_x, steps)
    trained = {key: value.clone() for key, value in trained_weights(model, short_names).items()}
    weights = {**frozen, **prefixed("weights", trained)}
    if rename is not None:
        weights = {rename.key(key): value for key, value in weights.items()}
    # generated tokens must not hang on rounding: twice the precision gives the same
    with double_precision():
        exact = run_open_flamingo(model.double(), vision_x.double(), steps)
    for key, value in exact.items():
        if value.dtype == torch.int64:
            assert torch.equal(value, outputs[key]), f"{name}: {key} depends on rounding"
            assert IMAGE not in value, f"{name}: {key} has an image token"
            assert ends_before_padding(value, EOC), f"{name}: {key} has padding within an answer"
        else:
            torch.testing.assert_close(value.float(), outputs[key], rtol=1e-3, atol=1e-3)
    right, left = pad_rows(PROMPTS, "right"), pad_rows(PROMPTS, "left")
    candidates, candidate_mask = pad_rows(CANDIDATES, "right")
    inputs = {
        "input.vision_x": vision_x,
        "input.lang_x": right[0],
        "input.attention_mask": right[1],
        "input.left.lang_x": left[0],
        "input.left.attention_mask": left[1],
        "input.decode.lang_x": steps,
        "input.candidates": candidates,
        "input.candidate_lengths": candidate_mask.sum(1),
    }
    write_safetensors(
        f"{name}.safetensors",
        {**weights, **inputs, **outputs},
        {"module": "Flamingo", "config": json.dumps(config)},
    )


class AsMosaicGpt:
    """MPT-1B's class, MosaicGPT, came before MPT and computes the same under other names. It was published
    as code beside its weights and in no package; these are its names of llm-foundry's modules and fields."""

    KEYS = {
        ".norm_1.": ".ln_1.", ".norm_2.": ".ln_2.", ".norm_f.": ".ln_f.",
        ".ffn.up_proj.": ".mlp.mlp_up.", ".ffn.down_proj.": ".mlp.mlp_down.",
    }  # fmt: skip
    FIELDS = "d_model n_heads n_layers max_seq_len vocab_size logit_scale no_bias embedding_fraction pad_token_id"

    @classmethod
    def key(cls, name):
        for theirs, older in cls.KEYS.items():
            name = name.replace(theirs, older)
        return name

    @classmethod
    def config(cls, mpt):
        attention = mpt["attn_config"]
        same = "attn_impl softmax_scale prefix_lm attn_uses_sequence_id alibi alibi_bias_max attn_pdrop"
        return {
            "model_type": "mosaic_gpt", "architectures": ["MosaicGPT"], "mlp_ratio": mpt["expansion_ratio"],
            "attn_qk_ln": attention["qk_ln"], "attn_clip_qkv": attention["clip_qkv"],
            "low_precision_layernorm": True, "param_init_fn": "kaiming_normal_",
            **{name: mpt[name] for name in cls.FIELDS.split()},
            **{name: attention[name] for name in same.split()},
        }  # fmt: skip


def open_flamingo():
    # the seeds are ones whose beams end early, differ from the greedy tokens, and depend on the images
    full = dict(vision_size=12, depth=6)
    write_open_flamingo("open-flamingo", every=1, seed=238, **full, short_names=True)
    write_open_flamingo("open-flamingo-every-2", every=2, seed=71, **full)
    # the released layouts; the instruct models are of the same shape as those that they come from
    write_open_flamingo("open-flamingo-3b", every=1, seed=29, make_language=lambda: tiny_mpt(2, True), rename=AsMosaicGpt)
    write_open_flamingo("open-flamingo-4b", every=2, seed=37, make_language=tiny_redpajama)
    write_open_flamingo("open-flamingo-9b", every=4, seed=13, make_language=lambda: tiny_mpt(8, False))
    write_open_flamingo("open-flamingo-llama", every=2, seed=3, make_language=tiny_llama)


# ---------------------------------------------------------------------------------------------
# flamingo-layers.json: before which language model layers OpenFlamingo inserts a block
# ---------------------------------------------------------------------------------------------


class Layers(FlamingoLMMixin):
    def __init__(self, count):
        super().__init__()
        self.layers = torch.nn.ModuleList(torch.nn.Identity() for _ in range(count))
        self.set_decoder_layers_attr_name("layers")


def layers():
    cases = []
    for count, every in ((4, 1), (4, 2), (4, 3), (4, 4), (4, 5), (24, 1), (32, 2), (32, 4)):
        language = Layers(count)
        language.init_flamingo(IMAGE, 4, 4, every, False)
        blocks = enumerate(language.gated_cross_attn_layers)
        before = [i for i, block in blocks if block is not None]
        cases.append({"layers": count, "every": every, "before": before})
    lines = ",\n".join(f"  {json.dumps(case)}" for case in cases)
    (HERE / "flamingo-layers.json").write_text(f"[\n{lines}\n]\n")


FAMILIES = {"blocks": blocks, "clip": clip, "open-flamingo": open_flamingo, "layers": layers}


def main(names):
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    for name in names or FAMILIES:
        FAMILIES[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
