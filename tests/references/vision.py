"""Writes the references of vision encoders that recent packages have.

    python vision.py       (requirements-recent.txt)
"""

import json
import pathlib
import tempfile

import safetensors.torch
import timm
import torch
import transformers

from shared import prefixed, randomise, seed_by_name, write_safetensors


@torch.no_grad()
def nfnet():
    """timm's dm_nfnet with small sizes: what its last stage gives, and what its forward_features give."""
    seed_by_name("nfnet")
    sizes = dict(depths=(1, 2, 2, 1), channels=(16, 32, 48, 48), stem_chs=16, group_size=8)
    model = timm.create_model("dm_nfnet_f0", num_classes=3, num_features=96, **sizes).eval()
    randomise(model)
    for name, parameter in model.named_parameters():
        if name.endswith("gain"):
            parameter.copy_(1 + torch.randn(parameter.shape) * 0.2)
    pixels = torch.randn(2, 3, 64, 64)
    x = model.stages(model.stem(pixels))
    features = model.forward_features(pixels)
    flat = lambda grid: grid.flatten(2).transpose(1, 2)
    write_safetensors(
        "nfnet.safetensors",
        {
            **prefixed("weights", dict(model.named_parameters())),
            "input.pixel_values": pixels,
            "output.stages": flat(x),
            "output.final": flat(features),
        },
        {"module": "NormFreeNet", "config": json.dumps({**sizes, "image": 64})},
    )


SMALL = dict(hidden_size=24, num_hidden_layers=2, num_attention_heads=3, image_size=35, patch_size=7)


# What each is called in a file, its classes, its sizes, and pictures of another size than its positions are of.
TRANSFORMERS = {
    "siglip": ("SiglipVisionModel", "SiglipVisionConfig", dict(intermediate_size=36, layer_norm_eps=1e-5), None),
    "siglip-uneven": ("SiglipVisionModel", "SiglipVisionConfig", dict(intermediate_size=36, image_size=38), None),
    "vit": ("ViTModel", "ViTConfig", dict(intermediate_size=36), None),
    "vit-unbiased": ("ViTModel", "ViTConfig", dict(intermediate_size=36, qkv_bias=False, hidden_act="relu"), None),
    "dinov2": ("Dinov2Model", "Dinov2Config", dict(mlp_ratio=2), None),
    "dinov2-smaller": ("Dinov2Model", "Dinov2Config", dict(mlp_ratio=2), 21),
    "dinov2-larger": ("Dinov2Model", "Dinov2Config", dict(mlp_ratio=3, use_swiglu_ffn=True), 49),
    "dinov2-registers": ("Dinov2WithRegistersModel", "Dinov2WithRegistersConfig", dict(num_register_tokens=3), 21),
    "dinov2-registers-larger": ("Dinov2WithRegistersModel", "Dinov2WithRegistersConfig", dict(num_register_tokens=1), 49),
}


@torch.no_grad()
def vision_transformers():
    """transformers' vision transformers: what they save, and the last hidden states of two pictures."""
    for name, (model_class, config_class, options, image) in TRANSFORMERS.items():
        seed_by_name(name)
        config = getattr(transformers, config_class)(**{**SMALL, **options}, attn_implementation="eager")
        model = getattr(transformers, model_class)(config).eval()
        randomise(model)
        side = image or config.image_size
        pixels = torch.randn(2, 3, side, side)
        with tempfile.TemporaryDirectory() as folder:
            model.save_pretrained(folder)
            written = json.loads((pathlib.Path(folder) / "config.json").read_text())
            weights = safetensors.torch.load_file(pathlib.Path(folder) / "model.safetensors")
        write_safetensors(
            f"vision/{name}.safetensors",
            {
                **prefixed("weights", weights),
                "input.pixel_values": pixels,
                "output.last_hidden_state": model(pixels).last_hidden_state,
            },
            {"config": json.dumps(written)},
        )


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    nfnet()
    vision_transformers()


if __name__ == "__main__":
    main()
