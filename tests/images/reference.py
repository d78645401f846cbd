"""Writes reference/: what CLIP's preprocessing gives for the pictures of this folder, before normalisation.

    python -m venv .venv && . .venv/bin/activate && pip install pillow==13.0.0
    python tests/images/reference.py

The rules are those of torchvision's Resize(size, BICUBIC) and CenterCrop(size) on a PIL image, which CLIP uses; the
steps before them are this project's: upright by EXIF, alpha over white, RGB.
"""

from pathlib import Path

from PIL import Image, ImageOps

FOLDER = Path(__file__).parent
FILTERS = {"bicubic": Image.Resampling.BICUBIC, "bilinear": Image.Resampling.BILINEAR}


def open_rgb(path):
    image = ImageOps.exif_transpose(Image.open(path))
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")


def resize_shortest_edge(image, size, interpolation):
    width, height = image.size
    short, long = min(width, height), max(width, height)
    new_long = int(size * long / short)
    new_size = (size, new_long) if width <= height else (new_long, size)
    return image.resize(new_size, FILTERS[interpolation])


def centre_crop(image, size):
    width, height = image.size
    top = int(round((height - size) / 2.0))
    left = int(round((width - size) / 2.0))
    return image.crop((left, top, left + size, top + size))


def reference(name, size, resize="shortest-edge", interpolation="bicubic"):
    image = open_rgb(FOLDER / name)
    if resize == "stretch":
        image = image.resize((size, size), FILTERS[interpolation])
    else:
        image = centre_crop(resize_shortest_edge(image, size, interpolation), size)
    path = FOLDER / "reference" / f"{name.rsplit('.')[0]}-{resize}-{interpolation}-{size}.png"
    path.parent.mkdir(exist_ok=True)
    image.save(path, optimize=True)


PICTURES = ["cat.png", "dog.jpg", "apple.webp", "bicycle.png", "tulip.jpg", "guitar-rotated.jpg", "giraffe-alpha.png",
            "teapot-grey.png", "scene.jpg"]

for picture in PICTURES:
    reference(picture, 56)
for picture in ["dog.jpg", "bicycle.png", "giraffe-alpha.png", "scene.jpg"]:
    reference(picture, 33)
    reference(picture, 56, resize="stretch")
    reference(picture, 56, interpolation="bilinear")
reference("cat.png", 224)
reference("tulip.jpg", 224)
reference("scene.jpg", 224)
