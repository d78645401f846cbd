"""What the scripts of this folder share: seeds, random weights, padded batches and the files they write."""

import json
import struct
import sys
import types
import zlib
from contextlib import contextmanager
from pathlib import Path

import torch

HERE = Path(__file__).parent
DTYPE_NAMES = {torch.float32: "F32", torch.int64: "I64", torch.bool: "BOOL"}


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


def seed_by_name(name, extra=0):
    """Each file has a seed of its own, so adding one leaves the others as they are."""
    torch.manual_seed(zlib.crc32(name.encode()) + extra)


@torch.no_grad()
def randomise(module, gates=True):
    """Gives every parameter a random value, so that no norm, bias or gate is left neutral."""
    for name, parameter in module.named_parameters():
        if name.endswith("_gate"):
            value = torch.randn(1)
            parameter.copy_(value.sign() * (0.4 + 0.3 * value.abs()) if gates else torch.zeros(1))
        elif name.endswith("bias"):
            parameter.copy_(torch.randn(parameter.shape) * 0.3)
        elif parameter.ndim <= 1:
            parameter.copy_(1 + torch.randn(parameter.shape) * 0.2)
        elif ("emb" in name or "latents" in name) and parameter.ndim < 4:
            parameter.copy_(torch.randn(parameter.shape))
        else:
            fan_in = parameter[0].numel()
            parameter.copy_(torch.randn(parameter.shape) * 1.2 / fan_in**0.5)


def prefixed(prefix, tensors):
    return {f"{prefix}.{name}": tensor for name, tensor in tensors.items()}


PAD = 1


def pad_rows(rows, side):
    """Token ids and attention mask of rows of different lengths, padded on one side."""
    width = max(len(row) for row in rows)
    ids = torch.full((len(rows), width), PAD)
    mask = torch.zeros(len(rows), width, dtype=torch.int64)
    for i, row in enumerate(rows):
        where = slice(0, len(row)) if side == "right" else slice(width - len(row), width)
        ids[i, where] = torch.tensor(row)
        mask[i, where] = 1
    return ids, mask


def only_valid(logits, mask):
    return logits * mask[:, :, None]


def decode_steps(model, ids_name, past, mask, steps):
    """Feeds `steps` [steps, batch] one token at a time; returns logits [steps, batch, vocabulary]."""
    logits = []
    for tokens in steps:
        mask = torch.cat([mask, torch.ones_like(mask[:, :1])], dim=1)
        out = model(
            **{ids_name: tokens[:, None]}, attention_mask=mask, past_key_values=past, use_cache=True
        )
        past = out.past_key_values
        logits.append(out.logits[:, 0])
    return torch.stack(logits)


def stand_in(names):
    """Empty modules for packages that a reference's package imports and does not need to compute."""

    class Anything(types.ModuleType):
        __path__ = []

        def __getattr__(self, name):
            if name.startswith("__"):
                raise AttributeError(name)
            return type(name, (), {})

    for name in names.split():
        sys.modules.setdefault(name, Anything(name))


@contextmanager
def double_precision():
    """LLaMA and Idefics ask for a softmax in float32, in which the least double is -infinity: it gets a double one."""
    softmax = torch.nn.functional.softmax
    torch.nn.functional.softmax = lambda x, dim=None, dtype=None: softmax(x, dim=dim)
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.nn.functional.softmax = softmax
        torch.set_default_dtype(torch.float32)


def ends_before_padding(tokens, end):
    """Whether padding comes after the end alone: the runtime never chooses it as a token of an answer."""
    rows = [row.tolist() for row in tokens]
    return all(PAD not in row or row[row.index(PAD) - 1] == end for row in rows)
