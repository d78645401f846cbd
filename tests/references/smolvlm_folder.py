"""SmolVLM as people have it on disk, small and random, and what transformers answers with it.

    python smolvlm_folder.py        # requirements-recent.txt, tokenizers and pillow; writes smolvlm/, smolvlm2/

smolvlm/              a folder as `HuggingFaceTB/SmolVLM-256M-Instruct` is (an Idefics 3), whose pictures are shown whole
smolvlm2/             one as `HuggingFaceTB/SmolVLM2-500M-Video-Instruct` is, whose pictures are cut into tiles
smolvlm-{0,1}.png     pictures, smaller than what they are resized to
smolvlm{,2}.safetensors   for each prompt: ids, pixels, logits, generated tokens
"""

import json

import torch
from PIL import Image
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    Idefics3Config,
    Idefics3ForConditionalGeneration,
    Idefics3Processor,
    LlamaConfig,
    PreTrainedTokenizerFast,
    SmolVLMConfig,
    SmolVLMForConditionalGeneration,
)
from transformers.models.idefics3.configuration_idefics3 import Idefics3VisionConfig
from transformers.models.idefics3.image_processing_pil_idefics3 import Idefics3ImageProcessorPil
from transformers.models.smolvlm.configuration_smolvlm import SmolVLMVisionConfig
from transformers.models.smolvlm.image_processing_pil_smolvlm import SmolVLMImageProcessorPil

from shared import HERE, randomise, seed_by_name, write_safetensors

SIZE, PATCH, SCALE = 28, 7, 2
LONGEST = 3 * SIZE
FEATURES = (SIZE // PATCH // SCALE) ** 2
NEW_TOKENS = 8
# with which no answer depends on rounding
SEEDS = 0, 0
CHOICES = " A dog.", " A cat."
ROWS = [f"<row_{row}_col_{column}>" for row in (1, 2, 3) for column in (1, 2, 3)]
AROUND, END = "<fake_token_around_image>", "<end_of_utterance>"
# The chat template of the published folders.
TEMPLATE = (
    "<|im_start|>{% for message in messages %}{{message['role'] | capitalize}}{% if message['content'][0]['type'] == 'image' %}"
    "{{':'}}{% else %}{{': '}}{% endif %}{% for line in message['content'] %}{% if line['type'] == 'text' %}{{line['text']}}"
    "{% elif line['type'] == 'image' %}{{ '<image>' }}{% endif %}{% endfor %}<end_of_utterance>\n{% endfor %}"
    "{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}"
)


def smollm_tokenizer():
    """SmolLM2's: bytes, digits one by one, and what SmolVLM adds."""
    framing = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    merges = [("Ċ", "Ċ"), ("Ġ", "a"), ("t", "h"), ("th", "i"), ("thi", "s"), ("Ġ", "i")]
    vocabulary = [*framing, *letters, *("".join(pair) for pair in merges)]
    tokenizer = Tokenizer(models.BPE({token: id for id, token in enumerate(vocabulary)}, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    plain = dict(single_word=False, lstrip=False, rstrip=False, normalized=False, special=True)
    added = ["<global-img>", *ROWS, AROUND, "<image>", END]
    tokenizer.add_special_tokens([AddedToken(token, **plain) for token in (*framing, *added)])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<|im_start|>", eos_token=END, pad_token="<|im_end|>", unk_token="<|endoftext|>",
        additional_special_tokens=[AROUND, "<image>", END], clean_up_tokenization_spaces=False, model_max_length=256,
    )  # fmt: skip


def pictures():
    generator = torch.Generator().manual_seed(11)
    found = []
    for i, size in enumerate([(31, 40), (52, 20)]):
        coarse = torch.rand(1, 3, 4, 4, generator=generator)
        smooth = torch.nn.functional.interpolate(coarse, size=size, mode="bilinear")[0]
        noise = torch.rand(3, *size, generator=generator)
        pixels = ((0.8 * smooth + 0.2 * noise) * 255).round().byte()
        image = Image.fromarray(pixels.permute(1, 2, 0).contiguous().numpy(), "RGB")
        image.save(HERE / f"smolvlm-{i}.png")
        found.append(image)
    return found


VISION = dict(
    hidden_size=18, intermediate_size=24, num_attention_heads=3, num_hidden_layers=2, image_size=SIZE, patch_size=PATCH
)
TEXT = dict(
    hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=3, num_key_value_heads=1,
    max_position_embeddings=256, rms_norm_eps=1e-5, rope_theta=100000,
)  # fmt: skip


def dialogue(*turns):
    return [
        {
            "role": role,
            "content": [*({"type": "image"} for _ in range(shown)), {"type": "text", "text": text}],
        }
        for role, shown, text in turns
    ]


def likelihood(model, tokenizer, inputs, choice):
    """The logarithm of a choice's probability after a prompt."""
    more = tokenizer(choice, add_special_tokens=False, return_tensors="pt")["input_ids"]
    ids = torch.cat([inputs["input_ids"], more], 1)
    logits = model(**{**inputs, "input_ids": ids, "attention_mask": torch.ones_like(ids)}).logits[0].log_softmax(-1)
    return logits[-more.shape[1] - 1 : -1].gather(1, more[0][:, None]).sum()


@torch.no_grad()
def write(name, seed, classes, image_processor, shown, tied):
    folder = HERE / name
    seed_by_name(name, seed)
    tokenizer = smollm_tokenizer()
    image_token = tokenizer.convert_tokens_to_ids("<image>")
    whole, vision, of_config = classes
    # more rows than tokens, as published
    text = LlamaConfig(vocab_size=len(tokenizer) + 5, pad_token_id=2, tie_word_embeddings=tied, **TEXT)
    config = of_config(
        vision_config=vision(**VISION).to_dict(), text_config=text.to_dict(), image_token_id=image_token, scale_factor=SCALE,
        tie_word_embeddings=tied,
    )  # fmt: skip
    config._attn_implementation = "eager"
    model = whole(config).eval()
    randomise(model)
    ends = tokenizer.convert_tokens_to_ids(END)
    model.generation_config.update(eos_token_id=ends, bos_token_id=1, pad_token_id=2)
    processor = Idefics3Processor(image_processor, tokenizer, image_seq_len=FEATURES, chat_template=TEMPLATE)
    a, b = shown
    question = "What is this?"
    prompts = {
        "question": (dialogue(("user", 1, question)), [a]),
        "two": (dialogue(("user", 1, "This?"), ("assistant", 0, "A cat."), ("user", 1, "This?")), [b, a]),
        "row": (dialogue(("user", 2, "These?")), [a, b]),
        "text": (dialogue(("user", 0, question)), []),
    }
    tensors = {}
    for prompt, (messages, images) in prompts.items():
        written_out = processor.apply_chat_template(messages, add_generation_prompt=True)
        inputs = processor(
            text=[written_out], images=[images] if images else None, add_special_tokens=False, return_tensors="pt"
        )
        inputs.pop("mm_token_type_ids", None)
        written = model.generate(
            **inputs, suppress_tokens=[image_token, tokenizer.pad_token_id], max_new_tokens=NEW_TOKENS, do_sample=False,
            return_dict_in_generate=True, output_logits=True, output_scores=True,
        )  # fmt: skip
        best = torch.stack(written.scores)[:, 0].topk(2).values
        assert (best[:, 0] - best[:, 1]).min() > 1e-3, f"{name}: {prompt} depends on rounding"
        tensors[f"input.{prompt}.ids"] = inputs["input_ids"][0]
        if prompt == "question":
            tensors[f"input.{prompt}.pixels"] = inputs["pixel_values"][0]
        tensors[f"output.{prompt}.logits"] = model(**inputs).logits[0, -1]
        tensors[f"output.{prompt}.tokens"] = written.sequences[0, inputs["input_ids"].shape[1] :]
        if prompt == "two":
            tensors["output.two.choices"] = torch.stack([likelihood(model, tokenizer, inputs, choice) for choice in CHOICES])
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*"):
        old.unlink()
    model.save_pretrained(folder, max_shard_size="60KB")
    tokenizer.save_pretrained(folder)
    image_processor.save_pretrained(folder)
    for file in folder.iterdir():
        file.chmod(0o644)
    write_safetensors(f"{name}.safetensors", tensors, {"module": whole.__name__, "prompts": json.dumps(list(prompts))})


def main():
    torch.set_num_threads(1)
    shown = pictures()
    sizes = dict(size={"longest_edge": LONGEST}, max_image_size={"longest_edge": SIZE})
    write(
        "smolvlm", SEEDS[0], (Idefics3ForConditionalGeneration, Idefics3VisionConfig, Idefics3Config),
        Idefics3ImageProcessorPil(do_image_splitting=False, **sizes), shown, tied=False,
    )  # fmt: skip
    write(
        "smolvlm2", SEEDS[1], (SmolVLMForConditionalGeneration, SmolVLMVisionConfig, SmolVLMConfig),
        SmolVLMImageProcessorPil(**sizes), shown, tied=True,
    )  # fmt: skip


if __name__ == "__main__":
    main()
