"""Writes the references of Idefics-1: transformers' IdeficsForVisionText2Text, small and random.

    python idefics.py       (requirements-recent.txt)
"""

import json

import torch
from transformers import IdeficsConfig, IdeficsForVisionText2Text
from transformers.models.idefics.processing_idefics import (
    image_attention_mask_for_packed_input_ids_pt,
    incremental_to_binary_attention_mask,
)

from shared import PAD, double_precision, ends_before_padding, only_valid, pad_rows, prefixed, randomise, seed_by_name, write_safetensors

VOCABULARY = 40
EOC, IMAGE = 40, 41  # the additional tokens: the end of an utterance, and an image
END = 2
# text before the first image, then two images; one image; no image
PROMPTS = [
    [3, 7, IMAGE, 11, 12, EOC, IMAGE, 21, 9],
    [IMAGE, 30, 31, 5, 17],
    [3, 14, 15, 6],
]
CANDIDATES = [[10, 25, EOC], [37], [18, 19]]
STEPS = 4
NEW_TOKENS = 8


class Tokenizer:
    """What the processor asks of its tokenizer."""

    eos_token_id = END

    def convert_tokens_to_ids(self, token):
        assert token == "<image>"
        return IMAGE


def image_mask(ids):
    """Which image each token looks at, [row, token, image], as Idefics' own processor says."""
    incremental, _ = image_attention_mask_for_packed_input_ids_pt(ids, Tokenizer())
    return incremental_to_binary_attention_mask(incremental, "pt", num_classes=2)


def alphas(model):
    for name, parameter in model.named_parameters():
        if "alpha_" in name:
            parameter.copy_(torch.randn(parameter.shape).sign() * (0.4 + 0.3 * torch.rand(parameter.shape)))


def generated(sequences, prompt_length):
    """The new tokens, filled up with padding where all rows ended early."""
    new = sequences[:, prompt_length:]
    return torch.nn.functional.pad(new, (0, NEW_TOKENS - new.shape[1]), value=PAD)


def generate(model, pixels, ids, mask, **options):
    return model.generate(
        input_ids=ids, attention_mask=mask, pixel_values=pixels, image_attention_mask=image_mask(ids) * mask[:, :, None],
        max_new_tokens=NEW_TOKENS, do_sample=False, eos_token_id=EOC, pad_token_id=PAD, **options,
    )  # fmt: skip


def generations(model, pixels):
    """Greedy tokens of the batch, three beams of the rows with images, sums of candidates' log-probabilities."""
    ids, mask = pad_rows(PROMPTS, "left")
    outputs = {"output.greedy.tokens": generated(generate(model, pixels, ids, mask), ids.shape[1])}
    for row, prompt in enumerate(PROMPTS[:2]):
        alone = torch.tensor([prompt])
        out = generate(
            model, pixels[row : row + 1], alone, torch.ones_like(alone), num_beams=3, num_return_sequences=3,
            length_penalty=0.0, return_dict_in_generate=True, output_scores=True,
        )  # fmt: skip
        outputs[f"output.beam.{row}.tokens"] = generated(out.sequences, len(prompt))
        outputs[f"output.beam.{row}.scores"] = out.sequences_scores
    outputs["output.candidate_log_likelihoods"] = torch.stack(
        [
            torch.stack([log_likelihood(model, pixels[i : i + 1], prompt, c) for c in CANDIDATES])
            for i, prompt in enumerate(PROMPTS)
        ]
    )
    return outputs


def log_likelihood(model, pixels, prompt, candidate):
    whole = torch.tensor([prompt + candidate])
    logits = model(input_ids=whole, pixel_values=pixels, image_attention_mask=image_mask(whole)).logits[0]
    log_probabilities = logits.log_softmax(-1)[len(prompt) - 1 : -1]
    return log_probabilities.gather(1, torch.tensor(candidate)[:, None]).sum()


@torch.no_grad()
def write(name, perceiver, seed=0, **options):
    seed_by_name(name, seed)
    config = IdeficsConfig(
        vocab_size=VOCABULARY, additional_vocab_size=2, hidden_size=32, intermediate_size=40, num_hidden_layers=4,
        num_attention_heads=4, cross_layer_interval=2, max_position_embeddings=64,
        vision_config=dict(
            embed_dim=24, image_size=21, intermediate_size=48, patch_size=7, num_hidden_layers=2,
            num_attention_heads=3,
        ),
        perceiver_config=perceiver, **options,
    )  # fmt: skip
    config._attn_implementation = "eager"
    model = IdeficsForVisionText2Text(config).eval()
    randomise(model)
    alphas(model)
    pixels = torch.randn(len(PROMPTS), 2, 3, 21, 21)
    for i, prompt in enumerate(PROMPTS):
        pixels[i, prompt.count(IMAGE) :] = 0
    steps = torch.randint(3, VOCABULARY, (STEPS, len(PROMPTS)))
    tensors = prefixed("weights", dict(model.named_parameters()))
    tensors["input.vision_x"] = pixels[:, :, None]
    for side in ("right", "left"):
        ids, mask = pad_rows(PROMPTS, side)
        # the processor pads with a token that neither ends a text nor is an image
        looks = image_mask(ids) * mask[:, :, None]
        out = model(
            input_ids=ids, attention_mask=mask, pixel_values=pixels, image_attention_mask=looks, use_cache=True
        )
        if side == "right":
            tensors["input.lang_x"], tensors["input.attention_mask"] = ids, mask
            tensors["output.logits"] = only_valid(out.logits, mask)
        else:
            unpadded = tensors["output.logits"][tensors["input.attention_mask"] == 1]
            torch.testing.assert_close(out.logits[mask == 1], unpadded, rtol=1e-3, atol=1e-4)
    tensors["output.latents"] = out.image_hidden_states
    logits, past, looks = [], out.past_key_values, looks[:, -1:]
    for tokens in steps:
        mask = torch.cat([mask, torch.ones_like(mask[:, :1])], dim=1)
        out = model(
            input_ids=tokens[:, None], attention_mask=mask, past_key_values=past, pixel_values=pixels,
            image_attention_mask=looks, use_cache=True,
        )  # fmt: skip
        past = out.past_key_values
        logits.append(out.logits[:, 0])
    tensors["input.decode.lang_x"] = steps
    tensors["output.decode.logits"] = torch.stack(logits)
    check_uncached(model, pixels, steps, tensors["output.decode.logits"])
    tensors.update(generations(model, pixels))
    tensors = {name: tensor.clone() for name, tensor in tensors.items()}
    # generated tokens must not hang on rounding: twice the precision gives the same
    with double_precision():
        exact = generations(model.double(), pixels.double())
    for key, value in exact.items():
        if value.dtype == torch.int64:
            assert torch.equal(value, tensors[key]), f"{name}: {key} depends on rounding"
            assert IMAGE not in value, f"{name}: {key} has an image token"
            assert ends_before_padding(value, EOC), f"{name}: {key} has padding within an answer"
    candidates, candidate_mask = pad_rows(CANDIDATES, "right")
    tensors["input.candidates"], tensors["input.candidate_lengths"] = candidates, candidate_mask.sum(1)
    write_safetensors(
        f"{name}.safetensors",
        tensors,
        {
            "module": "IdeficsForVisionText2Text",
            "config": json.dumps(
                {"model": config.to_dict(), "media_token_id": IMAGE, "eoc_token_id": EOC, "pad_token_id": PAD}, default=str
            ),
        },
    )


def check_uncached(model, pixels, steps, expected):
    for i, prompt in enumerate(PROMPTS):
        whole = torch.tensor([prompt + steps[:, i].tolist()])
        logits = model(
            input_ids=whole, attention_mask=torch.ones_like(whole), pixel_values=pixels[i : i + 1],
            image_attention_mask=image_mask(whole),
        ).logits[0, len(prompt) :]  # fmt: skip
        torch.testing.assert_close(logits, expected[:, i], rtol=1e-3, atol=1e-3)


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    resampler = dict(
        use_resampler=True, resampler_n_latents=4, resampler_depth=2, resampler_n_heads=2, resampler_head_dim=10,
        qk_layer_norms_perceiver=True,
    )  # fmt: skip
    # the seeds are ones whose beams differ from the greedy tokens and end early
    write("idefics", resampler, seed=5, use_resampler=True, qk_layer_norms=True, alpha_type="vector")
    write("idefics-plain", dict(use_resampler=False), seed=39, tie_word_embeddings=True)


if __name__ == "__main__":
    main()
