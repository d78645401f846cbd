"""A stage of timm's Swin for examples/swin.

    PYTHONPATH=. python examples/swin.py       (requirements-recent.txt)
"""

import torch
from timm.layers import Mlp
from timm.models import swin_transformer as swin

from examples.common import lines_of, write_example
from shared import randomise, seed_by_name


@torch.no_grad()
def main():
    seed_by_name("swin")
    stage = swin.SwinTransformerStage(
        dim=24, out_dim=24, input_resolution=(8, 12), depth=2, downsample=False, num_heads=3, window_size=4
    ).eval()
    randomise(stage)
    for name, parameter in stage.named_parameters():
        if name.endswith("bias_table"):
            parameter.copy_(torch.randn(parameter.shape))
    x = torch.randn(2, 8, 12, 24)
    parts = [
        swin.window_partition,
        swin.window_reverse,
        swin.get_relative_position_index,
        swin.WindowAttention,
        swin.SwinTransformerBlock,
        swin.SwinTransformerStage,
        Mlp,
    ]
    expected = {"x": x, "y": stage(x)}
    weights = dict(stage.named_parameters())
    write_example("swin", weights, expected, "timm's SwinTransformerStage", lines_of(*parts))


if __name__ == "__main__":
    main()
