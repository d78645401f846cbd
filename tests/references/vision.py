"""Writes the references of vision encoders that recent packages have.

    python vision.py       (requirements-recent.txt)
"""

import json

import timm
import torch

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


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    nfnet()


if __name__ == "__main__":
    main()
