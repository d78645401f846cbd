"""An Idefics-1 tuned for dialogue as people have it on disk, small and random, and what transformers answers with it.

    python idefics_folder.py        # requirements-recent.txt, tokenizers and pillow; writes idefics-instruct/

idefics-instruct/             the files of `HuggingFaceM4/idefics-9b-instruct`: configs, tokenizer, two shards with an index
idefics-instruct.safetensors  prompts as Idefics' own processor makes them: ids, which image each token looks at, logits,
                              generated tokens
idefics-instruct-{0,1,2}.png  the pictures, of the size that the model takes
"""

import json

import torch
from PIL import Image
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers
from transformers import (
    IdeficsConfig,
    IdeficsForVisionText2Text,
    IdeficsImageProcessorPil,
    IdeficsProcessor,
    PreTrainedTokenizerFast,
)

from idefics import alphas
from shared import HERE, randomise, seed_by_name, write_safetensors

NAME = "idefics-instruct"
FOLDER = HERE / NAME
# one with which some answers end, by either token that ends them
SEED = 3
SIZE = 21
NEW_TOKENS = 12
FAKE, IMAGE, END = "<fake_token_around_image>", "<image>", "<end_of_utterance>"
MERGES = ["▁ U", "▁ A", "s e", "se r", "s s", "t h", "th i", "thi s", "▁ a", "c a", "ca t"]


def llama_tokenizer():
    """LLaMA's: spaces are ▁, one before every text between special tokens, and bytes for what is not in the vocabulary."""
    letters = [chr(i) for i in range(0x21, 0x7F)] + ["▁"]
    vocabulary = ["<unk>", "<s>", "</s>", *(f"<0x{i:02X}>" for i in range(256)), *letters]
    vocabulary += [merge.replace(" ", "") for merge in MERGES]
    ids = {token: id for id, token in enumerate(vocabulary)}
    pairs = [tuple(merge.split(" ")) for merge in MERGES]
    tokenizer = Tokenizer(models.BPE(ids, pairs, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    plain = dict(single_word=False, lstrip=False, rstrip=False, normalized=False)
    tokenizer.add_special_tokens([AddedToken(token, **plain) for token in ("<unk>", "<s>", "</s>", FAKE, IMAGE, END)])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="<unk>", bos_token="<s>", eos_token="</s>", pad_token="<unk>",
        additional_special_tokens=[FAKE, IMAGE, END], padding_side="left", model_max_length=128,
        clean_up_tokenization_spaces=False,
    ), len(vocabulary)  # fmt: skip


def pictures():
    """Smooth colours and some noise, already as large as the model's."""
    generator = torch.Generator().manual_seed(7)
    found = []
    for i in range(3):
        coarse = torch.rand(1, 3, 4, 4, generator=generator)
        smooth = torch.nn.functional.interpolate(coarse, size=(SIZE, SIZE), mode="bilinear")[0]
        noise = torch.rand(3, SIZE, SIZE, generator=generator)
        pixels = ((0.8 * smooth + 0.2 * noise) * 255).round().byte()
        image = Image.fromarray(pixels.permute(1, 2, 0).contiguous().numpy(), "RGB")
        image.save(HERE / f"{NAME}-{i}.png")
        found.append(image)
    return found


def prompts(a, b, c):
    return {
        # two turns, the second with two pictures in a row
        "dialogue": [
            "User:", a, f"What is this?{END}", f"\nAssistant: A cat.{END}", "\nUser:", b, c, f"And these?{END}",
            "\nAssistant:",
        ],
        "text-first": [f"User: What is this?{END}", f"\nAssistant: What?{END}", "\nUser:", a, f"This.{END}", "\nAssistant:"],
        "examples": [a, f"A cat.{END}", b, c, f"Two cats.{END}", c, "A"],
        # an end of text: nothing is looked at up to the next picture
        "documents": ["This", a, "is a cat.</s>Cats", b, c, "are two.</s>"],
        "forgotten": [a, "A cat.</s>What is"],
        "no-picture": [f"User: This is this.{END}", "\nAssistant:"],
    }  # fmt: skip


@torch.no_grad()
def outputs(model, processor, samples, forbidden):
    tensors = {}
    for name, sample in samples.items():
        inputs = processor(text=sample, add_end_of_utterance_token=False, add_special_tokens=False, return_tensors="pt")
        ids = inputs["input_ids"]
        assert ids[0].tolist().count(1) == 1 and ids[0, 0] == 1, "a text begins once"
        tensors[f"input.{name}.ids"] = ids[0]
        tensors[f"input.{name}.image_attention_mask"] = inputs["image_attention_mask"][0].bool()
        tensors[f"output.{name}.logits"] = model(**inputs).logits[0]
        written = model.generate(
            **inputs, max_new_tokens=NEW_TOKENS, do_sample=False, return_dict_in_generate=True, output_logits=True
        )
        new = written.sequences[0, ids.shape[1] :]
        scores = torch.stack(written.logits)[:, 0].log_softmax(-1)
        allowed = scores.clone()
        allowed[:, forbidden] = -torch.inf
        best = allowed.topk(2).values
        assert (best[:, 0] - best[:, 1]).min() > 1e-3, f"{name} depends on rounding"
        tensors[f"output.{name}.tokens"] = new
        tensors[f"output.{name}.scores"] = scores.gather(1, new[:, None])[:, 0]
    return tensors


def write_json(name, change):
    path = FOLDER / name
    path.write_text(json.dumps(change(json.loads(path.read_text()) if path.exists() else {}), indent=2) + "\n")


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    seed_by_name(NAME, SEED)
    tokenizer, vocabulary = llama_tokenizer()
    config = IdeficsConfig(
        vocab_size=vocabulary, additional_vocab_size=3, hidden_size=24, intermediate_size=32, num_hidden_layers=4,
        num_attention_heads=3, cross_layer_interval=2, max_position_embeddings=128, use_resampler=True,
        qk_layer_norms=True, vision_config=dict(
            embed_dim=18, image_size=SIZE, intermediate_size=24, patch_size=7, num_hidden_layers=2, num_attention_heads=3,
        ),
        perceiver_config=dict(
            use_resampler=True, resampler_n_latents=4, resampler_depth=1, resampler_n_heads=2, resampler_head_dim=10,
            qk_layer_norms_perceiver=True,
        ),
    )  # fmt: skip
    config._attn_implementation = "eager"
    model = IdeficsForVisionText2Text(config).eval()
    randomise(model)
    with torch.no_grad():
        alphas(model)
        # answers that end: both ends have longer rows than other tokens
        model.lm_head.additional_fc.weight[2] *= 3
        model.lm_head.weight[2] *= 3
    ends = [2, tokenizer.convert_tokens_to_ids(END)]
    forbidden = [[tokenizer.convert_tokens_to_ids(token)] for token in (FAKE, IMAGE)] + [[0]]
    model.generation_config.update(eos_token_id=ends, bad_words_ids=forbidden, pad_token_id=0, bos_token_id=1)
    processor = IdeficsProcessor(IdeficsImageProcessorPil(image_size=SIZE), tokenizer)

    samples = prompts(*pictures())
    tensors = outputs(model, processor, samples, [token for (token,) in forbidden])
    finished = [name for name in samples if tensors[f"output.{name}.tokens"][-1].item() in ends]
    print("finished:", finished, {name: tensors[f"output.{name}.tokens"].tolist() for name in samples})
    assert 0 < len(finished) < len(samples), "some answers end by themselves, some at the limit"
    assert {tensors[f"output.{name}.tokens"][-1].item() for name in finished} >= set(ends[1:])

    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*"):
        old.unlink()
    model.save_pretrained(FOLDER, max_shard_size="120KB")
    for shard in FOLDER.glob("*.safetensors"):
        shard.chmod(0o644)
    tokenizer.save_pretrained(FOLDER)
    # what releases of 2023 wrote, which is what the published folders have
    write_json("config.json", as_published)
    channels = dict(image_mean=processor.image_processor.image_mean, image_std=processor.image_processor.image_std)
    write_json(
        "preprocessor_config.json",
        lambda _: {
            "image_num_channels": 3, **channels, "image_processor_type": "IdeficsImageProcessor", "image_size": SIZE,
            "processor_class": "IdeficsProcessor",
        },
    )  # fmt: skip
    specials = [FAKE, IMAGE, END]
    framed = lambda content: dict(
        __type="AddedToken", content=content, lstrip=False, normalized=False, rstrip=False, single_word=False
    )
    write_json(
        "tokenizer_config.json",
        lambda _: {
            "add_bos_token": True, "add_eos_token": False, "bos_token": framed("<s>"),
            "clean_up_tokenization_spaces": False, "eos_token": framed("</s>"), "legacy": False,
            "model_max_length": 128, "pad_token": None, "sp_model_kwargs": {}, "tokenizer_class": "LlamaTokenizer",
            "unk_token": framed("<unk>"),
        },
    )  # fmt: skip
    write_json("added_tokens.json", lambda _: {token: vocabulary + i for i, token in enumerate(specials)})
    write_json(
        "special_tokens_map.json",
        lambda _: {
            "additional_special_tokens": specials, "bos_token": "<s>", "eos_token": "</s>", "pad_token": "<unk>",
            "unk_token": "<unk>",
        },
    )  # fmt: skip
    write_safetensors(f"{NAME}.safetensors", tensors, {"module": "IdeficsForVisionText2Text", "prompts": json.dumps(list(samples))})


def as_published(config):
    for name in ("dtype", "rope_parameters"):
        config.pop(name, None)
    for part in ("vision_config", "perceiver_config"):
        config[part].pop("dtype", None)
    return config | {
        "cross_layer_activation_function": "swiglu", "ffn_dim": config["intermediate_size"], "max_new_tokens": 100,
        "max_sequence_length": config["max_position_embeddings"], "torch_dtype": "float32",
        "word_embed_proj_dim": config["hidden_size"],
    }  # fmt: skip


if __name__ == "__main__":
    main()
