"""The parts of the reference open-flamingo-3b as people have them on disk, each in the form its authors publish it in.

    python open_flamingo_folders.py         # requirements-recent.txt, safetensors and tokenizers; writes open-flamingo-3b/

clip/           a whole CLIPModel in one .bin, with its text tower
language/       MosaicGPT in two safetensors shards with an index, a tokenizer without the special tokens
checkpoint.pt   what open_flamingo's train.py saves: epoch, optimizer and scheduler beside the weights, which have `module.`
"""

import json
from pathlib import Path

import torch
from safetensors.torch import safe_open, save_file
from tokenizers import Tokenizer, models
from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel, GenerationConfig

HERE = Path(__file__).parent
FOLDER = HERE / "open-flamingo-3b"


def main():
    torch.manual_seed(0)
    with safe_open(HERE / "open-flamingo-3b.safetensors", "pt") as file:
        config = json.loads(file.metadata()["config"])
        part = lambda prefix: {k[len(prefix) :]: file.get_tensor(k) for k in file.keys() if k.startswith(prefix)}
        vision, language, trained = part("vision."), part("language."), part("weights.")

    clip_folder = FOLDER / "clip"
    clip_folder.mkdir(parents=True, exist_ok=True)
    text = {"hidden_size": 4, "intermediate_size": 4, "num_hidden_layers": 1, "num_attention_heads": 1, "vocab_size": 8}
    clip = CLIPModel(CLIPConfig(text_config=text, vision_config=config["vision"], projection_dim=4))
    missing, unexpected = clip.load_state_dict(vision, strict=False)
    assert not unexpected and all("vision_model.e" not in name for name in missing), (missing, unexpected)
    clip.config.save_pretrained(clip_folder)
    torch.save(clip.state_dict(), clip_folder / "pytorch_model.bin")
    size = config["vision"]["image_size"]
    CLIPImageProcessor(size={"shortest_edge": size}, crop_size={"height": size, "width": size}).save_pretrained(clip_folder)

    language_folder = FOLDER / "language"
    language_folder.mkdir(exist_ok=True)
    (language_folder / "config.json").write_text(json.dumps(config["language"], indent=2) + "\n")
    names, weight_map = sorted(language), {}
    for index, shard in enumerate((names[::2], names[1::2])):
        path = f"model-0000{index + 1}-of-00002.safetensors"
        save_file({name: language[name].contiguous() for name in shard}, language_folder / path, {"format": "pt"})
        weight_map |= {name: path for name in shard}
    index = {"metadata": {"total_size": sum(t.numel() * 4 for t in language.values())}, "weight_map": weight_map}
    (language_folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n")
    letters = {chr(0x41 + i): i for i in range(config["eoc_token_id"])}
    letters["<pad>"] = letters.pop(chr(0x41 + config["pad_token_id"]))
    tokenizer = Tokenizer(models.BPE(letters, [], unk_token="A"))
    tokenizer.add_special_tokens(["<pad>"])
    tokenizer.save(str(language_folder / "tokenizer.json"))
    GenerationConfig(pad_token_id=config["pad_token_id"], do_sample=True, temperature=0.7).save_pretrained(language_folder)

    parameter = torch.nn.Parameter(trained["perceiver.latents"].clone())
    optimizer = torch.optim.AdamW([parameter], lr=1e-4)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1.0)
    torch.save(
        {
            "epoch": 5,
            "model_state_dict": {f"module.{name}": tensor for name, tensor in trained.items()},
            "optimizer_state_dict": optimizer.state_dict(),
            "lr_scheduler_state_dict": scheduler.state_dict(),
        },
        FOLDER / "checkpoint.pt",
    )


if __name__ == "__main__":
    main()
