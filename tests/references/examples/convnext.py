"""timm's ConvNeXt, small, for examples/convnext.

    PYTHONPATH=. python examples/convnext.py       (requirements-recent.txt)
"""

import timm
import torch
from timm.layers import Mlp
from timm.models.convnext import ConvNeXt, ConvNeXtBlock, ConvNeXtStage

from examples.common import lines_of, write_example
from shared import randomise, seed_by_name


@torch.no_grad()
def main():
    seed_by_name("convnext")
    sizes = dict(dims=(8, 12, 16, 24), depths=(1, 1, 2, 1), num_classes=3)
    model = timm.create_model("convnext_tiny", **sizes).eval()
    randomise(model)
    pixels = torch.randn(2, 3, 64, 64)
    features = model.forward_features(pixels).flatten(2).transpose(1, 2)
    build = [ConvNeXt.__init__, ConvNeXt.forward_features]
    write_example(
        "convnext",
        model.state_dict(),
        {"pixels": pixels, "features": features},
        "timm's ConvNeXt",
        lines_of(ConvNeXtBlock, ConvNeXtStage, Mlp, *build),
    )


if __name__ == "__main__":
    main()
