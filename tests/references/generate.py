"""Writes the reference tensors in this folder by running the original Python implementations.

    python generate.py [family ...]      families: blocks (default: all)

Every number comes from open_flamingo and transformers themselves; this script only chooses
sizes, seeds and inputs. It is deterministic: the same versions give the same bytes.
"""

import json
import struct
import sys
import zlib
from pathlib import Path

import torch
from open_flamingo.src.helpers import GatedCrossAttentionBlock, PerceiverResampler

HERE = Path(__file__).parent
DTYPE_NAMES = {torch.float32: "F32", torch.int64: "I64", torch.bool: "BOOL"}


# ---------------------------------------------------------------------------------------------
# Shared tools
# ---------------------------------------------------------------------------------------------


def write_safetensors(path, tensors, metadata):
    """Writes tensors in a fixed order, widest elements first so that all of them are aligned."""
    tensors = {name: tensor.detach().contiguous() for name, tensor in tensors.items()}
    for name, tensor in tensors.items():
        assert tensor.dtype in DTYPE_NAMES, f"{path}: {name} is {tensor.dtype}"
        if tensor.dtype.is_floating_point:
            assert torch.isfinite(tensor).all(), f"{path}: {name} is not finite"
    header, chunks, offset = {"__metadata__": metadata}, [], 0
    for name in sorted(tensors, key=lambda name: -tensors[name].element_size()):
        data = tensors[name].numpy().tobytes()
        header[name] = {
            "dtype": DTYPE_NAMES[tensors[name].dtype],
            "shape": list(tensors[name].shape),
            "data_offsets": [offset, offset + len(data)],
        }
        chunks.append(data)
        offset += len(data)
    head = json.dumps(header, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    path = HERE / path
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(struct.pack("<Q", len(head)) + head + b"".join(chunks))
    print(f"{path.relative_to(HERE)}: {path.stat().st_size} bytes, {len(tensors)} tensors")


def seed_by_name(name):
    """Each file has a seed of its own, so adding one leaves the others as they are."""
    torch.manual_seed(zlib.crc32(name.encode()))


@torch.no_grad()
def randomise(module, gates=True):
    """Gives every parameter a random value, so that no norm, bias or gate is left neutral."""
    for name, parameter in module.named_parameters():
        if name.endswith("_gate"):
            parameter.copy_(torch.randn(1) * 0.5 + 0.7 if gates else torch.zeros(1))
        elif name.endswith("bias"):
            parameter.copy_(torch.randn(parameter.shape) * 0.3)
        elif parameter.ndim == 1:
            parameter.copy_(1 + torch.randn(parameter.shape) * 0.2)
        elif "emb" in name or "latents" in name:
            parameter.copy_(torch.randn(parameter.shape))
        else:
            fan_in = parameter[0].numel()
            parameter.copy_(torch.randn(parameter.shape) * 1.2 / fan_in**0.5)


def prefixed(prefix, tensors):
    return {f"{prefix}.{name}": tensor for name, tensor in tensors.items()}


# ---------------------------------------------------------------------------------------------
# blocks/: OpenFlamingo's PerceiverResampler and GatedCrossAttentionBlock, with gradients
# ---------------------------------------------------------------------------------------------


def write_block(name, module, metadata, inputs, output_name, **call):
    """Runs a block and stores weights, inputs, output and the gradient of sum(output * cotangent)."""
    floats = {key: value for key, value in inputs.items() if value.dtype.is_floating_point}
    for value in floats.values():
        value.requires_grad_()
    output = module(*inputs.values(), **call)
    cotangent = torch.randn(output.shape)
    (output * cotangent).sum().backward()
    weights = dict(module.named_parameters())
    write_safetensors(
        f"blocks/{name}.safetensors",
        {
            **prefixed("weights", weights),
            **prefixed("input", inputs),
            f"output.{output_name}": output,
            f"cotangent.{output_name}": cotangent,
            **prefixed("gradient.weights", {key: value.grad for key, value in weights.items()}),
            **prefixed("gradient.input", {key: value.grad for key, value in floats.items()}),
        },
        {key: str(value) for key, value in metadata.items()},
    )


def resampler(name, features, **options):
    """`features` is the input's shape: batch, media, frames, tokens (the width is `dim`)."""
    seed_by_name(name)
    module = PerceiverResampler(**options)
    randomise(module)
    inputs = {"features": torch.randn(*features, options["dim"])}
    write_block(name, module, {"module": "PerceiverResampler", **options}, inputs, "latents")


def cross_attention(
    name, locations, media, text=None, gates=True, use_cached_media=False, **options
):
    """`locations` has one string a batch row, `i` for an image token and `.` for text, or is None.
    `media` is batch, images, latents an image. `text` is the count of tokens where that differs
    from the length of the locations, as it may with `use_cached_media`."""
    seed_by_name(name)
    module = GatedCrossAttentionBlock(**options)
    randomise(module, gates)
    inputs = {
        "hidden": torch.randn(media[0], text or len(locations[0]), options["dim"]),
        "media": torch.randn(*media, options["dim_visual"]),
    }
    if locations is not None:
        inputs["media_locations"] = torch.tensor([[c == "i" for c in row] for row in locations])
    metadata = {
        "module": "GatedCrossAttentionBlock",
        "use_cached_media": use_cached_media,
        **options,
    }
    write_block(name, module, metadata, inputs, "hidden", use_cached_media=use_cached_media)


def blocks():
    resampler("resampler-ff2", (2, 2, 1, 5), dim=24, depth=2, dim_head=8, heads=2, num_latents=3, ff_mult=2)
    resampler("resampler-odd", (1, 3, 1, 7), dim=27, depth=1, dim_head=5, heads=3, num_latents=7)
    resampler("resampler-wide-heads", (1, 2, 1, 6), dim=24, depth=1, dim_head=16, heads=3, num_latents=4)
    resampler("resampler-one", (1, 1, 1, 1), dim=24, depth=1, dim_head=8, heads=1, num_latents=1)
    resampler("resampler-defaults", (1, 1, 1, 4), dim=8, depth=1)
    resampler(
        "resampler-media", (2, 2, 1, 4),
        dim=24, depth=1, dim_head=8, heads=3, num_latents=3, max_num_media=4, ff_mult=2,
    )  # fmt: skip
    resampler(
        "resampler-frames", (2, 2, 3, 4),
        dim=24, depth=1, dim_head=8, heads=3, num_latents=3, max_num_frames=5, ff_mult=2,
    )  # fmt: skip
    resampler(
        "resampler-media-frames", (1, 2, 3, 4),
        dim=24, depth=2, dim_head=8, heads=3, num_latents=2, max_num_media=3, max_num_frames=4, ff_mult=2,
    )  # fmt: skip

    small = dict(dim=32, dim_visual=24, dim_head=8, heads=3, ff_mult=2)
    # text before the first image; consecutive images; an image as the last token; no image at all
    edges = ["..i...i..", "ii...i...", "i..i....i", "........."]
    cross_attention("xattn-immediate-edges", edges, (4, 3, 3), **small)
    cross_attention("xattn-all-edges", edges, (4, 3, 3), only_attend_immediate_media=False, **small)
    # more locations than images in the first row, fewer in the second, as many in the third
    counts = [".iii..i.", ".i......", "i...i..."]
    cross_attention("xattn-immediate-counts", counts, (3, 2, 3), **small)
    cross_attention("xattn-all-counts", counts, (3, 2, 3), only_attend_immediate_media=False, **small)
    # decoding: the locations are the prompt's; two images, none, and more than there are media
    prompt = [".i..i.", "......", "iii..i"]
    cached = dict(use_cached_media=True, **small)
    cross_attention("xattn-cached-one", prompt, (3, 3, 2), text=1, **cached)
    cross_attention("xattn-cached-three", prompt, (3, 3, 2), text=3, **cached)
    cross_attention(
        "xattn-cached-all", prompt, (3, 3, 2), text=3, only_attend_immediate_media=False, **cached
    )
    cross_attention("xattn-no-locations", None, (2, 2, 3), text=4, **cached)
    cross_attention("xattn-single-token", ["i"], (1, 1, 3), **small)
    cross_attention("xattn-zero-gates", [".i.i"], (1, 2, 3), gates=False, **small)
    cross_attention("xattn-defaults", ["..i.i."], (1, 2, 3), dim=12, dim_visual=8)
    cross_attention(
        "xattn-odd", [".i..i", "i.i.."], (2, 2, 5), dim=25, dim_visual=19, dim_head=7, heads=5, ff_mult=1.5
    )


FAMILIES = {"blocks": blocks}


def main(names):
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    for name in names or FAMILIES:
        FAMILIES[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
