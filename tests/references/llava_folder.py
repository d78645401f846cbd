"""LLaVA as people have it on disk, small and random, and what transformers answers with it.

    python llava_folder.py        # requirements-recent.txt, tokenizers and pillow; writes llava/

llava/                a folder as `llava-hf/llava-1.5-7b-hf` is: configs, tokenizer, shards with an index
llava-siglip/         one as `llava-hf/llava-interleave-qwen-0.5b-hf` is: features after the last layer of a SigLIP, all of them
llava-{0,1}.png       pictures, of the size that the models take
llava{,-siglip}.safetensors   for each prompt: ids, logits, generated tokens
"""

import json

import torch
from PIL import Image
from tokenizers import AddedToken
from transformers import (
    CLIPVisionConfig,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    Qwen2Config,
    SiglipVisionConfig,
)
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil

from idefics_folder import llama_tokenizer
from shared import HERE, randomise, seed_by_name, write_safetensors

SIZE, PATCH = 21, 7
FEATURES = (SIZE // PATCH) ** 2
NEW_TOKENS = 8


def pictures():
    generator = torch.Generator().manual_seed(11)
    found = []
    for i in range(2):
        coarse = torch.rand(1, 3, 4, 4, generator=generator)
        smooth = torch.nn.functional.interpolate(coarse, size=(SIZE, SIZE), mode="bilinear")[0]
        image = Image.fromarray((smooth * 255).round().byte().permute(1, 2, 0).contiguous().numpy(), "RGB")
        image.save(HERE / f"llava-{i}.png")
        found.append(image)
    return found


SIZES = dict(hidden_size=18, intermediate_size=24, num_attention_heads=3, image_size=SIZE, patch_size=PATCH)
TEXT = dict(hidden_size=24, intermediate_size=40, num_hidden_layers=2, max_position_embeddings=128)


@torch.no_grad()
def write(name, vision, text, processor, pictures, **chosen):
    folder = HERE / name
    seed_by_name(name, 5)
    tokenizer, _ = llama_tokenizer()
    tokenizer.add_special_tokens({"pad_token": AddedToken("<pad>", normalized=False, special=True)})
    image_token = tokenizer.convert_tokens_to_ids("<image>")
    # more rows than tokens, as published
    text = text(vocab_size=len(tokenizer) + 5, **TEXT)
    config = LlavaConfig(vision_config=vision, text_config=text, image_token_index=image_token, image_seq_length=FEATURES, **chosen)
    config._attn_implementation = "eager"
    model = LlavaForConditionalGeneration(config).eval()
    randomise(model)
    model.generation_config.update(eos_token_id=2, bos_token_id=1, pad_token_id=tokenizer.pad_token_id)
    a, b = pictures
    prompts = {
        "question": ("USER: <image>\nWhat is this? ASSISTANT:", [a]),
        "two": ("USER: <image>\nThis? ASSISTANT: A cat. USER: <image>\nThis? ASSISTANT:", [b, a]),
        "text": ("USER: What is this? ASSISTANT:", []),
    }
    tensors = {}
    for prompt, (written_out, images) in prompts.items():
        ids = tokenizer(written_out.replace("<image>", "<image>" * FEATURES), add_special_tokens=False)["input_ids"]
        inputs = {"input_ids": torch.tensor([[1, *ids]])}
        inputs["attention_mask"] = torch.ones_like(inputs["input_ids"])
        if images:
            inputs["pixel_values"] = processor(images, return_tensors="pt")["pixel_values"]
        written = model.generate(
            **inputs, suppress_tokens=[image_token, tokenizer.pad_token_id], max_new_tokens=NEW_TOKENS, do_sample=False,
            return_dict_in_generate=True, output_logits=True, output_scores=True,
        )  # fmt: skip
        best = torch.stack(written.scores)[:, 0].topk(2).values
        assert (best[:, 0] - best[:, 1]).min() > 1e-3, f"{name}: {prompt} depends on rounding"
        tensors[f"input.{prompt}.ids"] = inputs["input_ids"][0]
        tensors[f"output.{prompt}.logits"] = model(**inputs).logits[0, -1]
        tensors[f"output.{prompt}.tokens"] = written.sequences[0, inputs["input_ids"].shape[1] :]
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*"):
        old.unlink()
    model.save_pretrained(folder, max_shard_size="60KB")
    tokenizer.save_pretrained(folder)
    processor.save_pretrained(folder)
    for file in folder.iterdir():
        file.chmod(0o644)
    texts = {prompt: written_out for prompt, (written_out, _) in prompts.items()}
    write_safetensors(f"{name}.safetensors", tensors, {"module": "LlavaForConditionalGeneration", "prompts": json.dumps(texts)})


def main():
    torch.set_num_threads(1)
    shown = pictures()
    write(
        "llava",
        CLIPVisionConfig(**SIZES, num_hidden_layers=4, projection_dim=16),
        lambda **sizes: LlamaConfig(**sizes, num_attention_heads=3, rms_norm_eps=1e-5),
        CLIPImageProcessorPil(size={"shortest_edge": SIZE}, crop_size={"height": SIZE, "width": SIZE}),
        shown, vision_feature_layer=-2,
    )  # fmt: skip
    write(
        "llava-siglip",
        SiglipVisionConfig(**SIZES, num_hidden_layers=2, vision_use_head=False),
        lambda **sizes: Qwen2Config(**sizes, num_attention_heads=4, num_key_value_heads=2),
        SiglipImageProcessorPil(size={"height": SIZE, "width": SIZE}),
        shown, vision_feature_layer=-1, vision_feature_select_strategy="full", multimodal_projector_bias=False,
        projector_hidden_act="relu",
    )  # fmt: skip


if __name__ == "__main__":
    main()
