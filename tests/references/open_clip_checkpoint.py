"""A small CLIP of open_clip, whose names and packed attention are OpenAI's: checkpoints/open-clip.pt and what it gives.

    python open_clip_checkpoint.py          # requirements.txt
"""

from pathlib import Path

import torch
from open_clip.model import CLIP
from safetensors.torch import save_file

FOLDER = Path(__file__).parent / "checkpoints"


@torch.no_grad()
def main():
    torch.manual_seed(3)
    vision = {"image_size": 21, "layers": 2, "width": 12, "head_width": 4, "patch_size": 7}
    text = {"context_length": 5, "vocab_size": 9, "width": 4, "heads": 1, "layers": 1}
    model = CLIP(embed_dim=4, vision_cfg=vision, text_cfg=text, quick_gelu=True).eval()
    for parameter in model.parameters():
        parameter.add_(torch.randn_like(parameter) * 0.1)
    model.visual.output_tokens = True
    pixels = torch.randn(2, 3, 21, 21)
    _, tokens = model.visual(pixels)
    torch.save(model.state_dict(), FOLDER / "open-clip.pt")
    save_file({"pixels": pixels, "tokens": tokens.contiguous()}, FOLDER / "open-clip.output.safetensors")


if __name__ == "__main__":
    main()
