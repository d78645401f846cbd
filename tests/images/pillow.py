"""Writes pillow/: the pixels that Pillow reads with no step of this project's, which `pixels: 'pillow'` gives, and
cropped/: what transformers' CLIP image processors give where the crop is smaller than what pictures are resized to.

    python tests/images/pillow.py        # Pillow 12, transformers 5
"""

from pathlib import Path

import numpy
from PIL import Image
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

FOLDER = Path(__file__).parent

for name in ("guitar-rotated.jpg", "giraffe-alpha.png", "sailboat-cmyk.jpg"):
    image = Image.open(FOLDER / name).convert("RGB").resize((56, 56), Image.Resampling.BICUBIC)
    (FOLDER / "pillow").mkdir(exist_ok=True)
    image.save(FOLDER / "pillow" / f"{name}.png", optimize=True)

for name in ("cat.png", "dog.jpg", "bicycle.png", "tulip.jpg", "scene.jpg"):
    for resized, cropped in ((64, 56), (41, 28)):
        processor = CLIPImageProcessorPil(
            size={"shortest_edge": resized},
            crop_size={"height": cropped, "width": cropped},
            do_rescale=False,
            do_normalize=False,
        )
        pixels = processor(Image.open(FOLDER / name), return_tensors="np")["pixel_values"][0]
        array = numpy.asarray(pixels).astype("uint8").transpose(1, 2, 0)
        (FOLDER / "cropped").mkdir(exist_ok=True)
        Image.fromarray(array).save(FOLDER / "cropped" / f"{name}-{resized}-{cropped}.png", optimize=True)
