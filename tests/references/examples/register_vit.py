"""transformers' DINOv3, small, for examples/register-vit.

    PYTHONPATH=. python examples/register_vit.py       (requirements-recent.txt)
"""

import torch
from transformers import DINOv3ViTConfig, DINOv3ViTModel
from transformers.models.dinov3_vit import modeling_dinov3_vit as dinov3

from examples.common import lines_of, write_example
from shared import randomise, seed_by_name


@torch.no_grad()
def main():
    seed_by_name("register-vit")
    config = DINOv3ViTConfig(
        image_size=32,
        patch_size=8,
        hidden_size=32,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_register_tokens=4,
    )
    model = DINOv3ViTModel(config).eval()
    randomise(model)
    pixels = torch.randn(2, 3, 32, 32)
    features = model(pixels).last_hidden_state[:, 5:]
    parts = [
        dinov3.DINOv3ViTEmbeddings,
        dinov3.get_patches_center_coordinates,
        dinov3.DINOv3ViTRopePositionEmbedding,
        dinov3.rotate_half,
        dinov3.apply_rotary_pos_emb,
        dinov3.eager_attention_forward,
        dinov3.DINOv3ViTAttention,
        dinov3.DINOv3ViTLayerScale,
        dinov3.DINOv3ViTMLP,
        dinov3.DINOv3ViTLayer,
        dinov3.DINOv3ViTEncoder,
        dinov3.DINOv3ViTModel,
    ]
    write_example(
        "register-vit",
        model.state_dict(),
        {"pixels": pixels, "features": features},
        "transformers' DINOv3ViTModel",
        lines_of(*parts),
    )


if __name__ == "__main__":
    main()
