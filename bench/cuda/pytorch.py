"""OpenFlamingo's shape in plain PyTorch, eager, with random weights, for `bench/cuda` to measure beside ONNX Runtime.

It is started by `bench/cuda`, takes a request a line as JSON on its standard input and answers each with a line. The modules
are written anew after the papers (arXiv 2204.14198, 2308.01390, 2103.00020, MPT's ALiBi); there is one weight of a kind
in a layer, as in the originals, so that sizes and work are theirs. Attention is PyTorch's own fused one.
"""

import json
import math
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

DEVICE = torch.device(sys.argv[1] if len(sys.argv) > 1 else "cpu")
# Halves are what is compared on a card; a processor has few kernels for them.
DTYPE = torch.float16 if DEVICE.type == "cuda" else torch.float32


def heads_of(x, heads):
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


def joined(x):
    return x.transpose(1, 2).flatten(2)


class VisionLayer(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.first, self.second = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.qkv, self.out = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
        self.up, self.down = nn.Linear(dim, 4 * dim), nn.Linear(4 * dim, dim)

    def forward(self, x):
        q, k, v = (heads_of(each, self.heads) for each in self.qkv(self.first(x)).chunk(3, -1))
        x = x + self.out(joined(F.scaled_dot_product_attention(q, k, v)))
        inner = self.up(self.second(x))
        return x + self.down(inner * torch.sigmoid(1.702 * inner))


class Vision(nn.Module):
    def __init__(self, image, patch, dim, layers, heads):
        super().__init__()
        self.patches = nn.Conv2d(3, dim, patch, patch, bias=False)
        self.first = nn.Parameter(torch.zeros(dim))
        self.places = nn.Parameter(torch.zeros((image // patch) ** 2 + 1, dim))
        self.norm = nn.LayerNorm(dim)
        self.layers = nn.ModuleList(VisionLayer(dim, heads) for _ in range(layers))

    def forward(self, pixels):
        x = self.patches(pixels).flatten(2).transpose(1, 2)
        x = torch.cat([self.first.expand(x.shape[0], 1, -1), x], 1) + self.places
        x = self.norm(x)
        for layer in self.layers:
            x = layer(x)
        return x[:, 1:]


class GatedBlock(nn.Module):
    """Cross-attention to the latents of the last picture before each token, then a perceptron, both behind a gate."""

    def __init__(self, dim, vision, heads=8, head_dim=64):
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(dim)
        self.q = nn.Linear(dim, heads * head_dim, bias=False)
        self.kv = nn.Linear(vision, 2 * heads * head_dim, bias=False)
        self.out = nn.Linear(heads * head_dim, dim, bias=False)
        self.feed = nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, 4 * dim, bias=False), nn.GELU(),
                                  nn.Linear(4 * dim, dim, bias=False))
        self.gates = nn.Parameter(torch.ones(2))

    def forward(self, x, media, mask):
        k, v = (heads_of(each, self.heads) for each in self.kv(media).chunk(2, -1))
        q = heads_of(self.q(self.norm(x)), self.heads)
        attended = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        x = x + self.out(joined(attended)) * self.gates[0].tanh()
        return x + self.feed(x) * self.gates[1].tanh()


class Layer(nn.Module):
    def __init__(self, dim, heads, normed):
        super().__init__()
        self.heads = heads
        self.first, self.second = nn.LayerNorm(dim, bias=False), nn.LayerNorm(dim, bias=False)
        self.qkv, self.out = nn.Linear(dim, 3 * dim, bias=False), nn.Linear(dim, dim, bias=False)
        self.up, self.down = nn.Linear(dim, 4 * dim, bias=False), nn.Linear(4 * dim, dim, bias=False)
        self.norms = nn.ModuleList(nn.LayerNorm(dim, bias=False) for _ in range(2 if normed else 0))

    def forward(self, x, past, bias):
        q, k, v = self.qkv(self.first(x)).chunk(3, -1)
        if len(self.norms) > 0:
            q, k = self.norms[0](q), self.norms[1](k)
        q, k, v = (heads_of(each, self.heads) for each in (q, k, v))
        if past is not None:
            k, v = torch.cat([past[0], k], 2), torch.cat([past[1], v], 2)
        x = x + self.out(joined(F.scaled_dot_product_attention(q, k, v, attn_mask=bias)))
        return x + self.down(F.gelu(self.up(self.second(x)))), (k, v)


class Flamingo(nn.Module):
    def __init__(self, vision, language, latents, every):
        super().__init__()
        dim, layers, heads = language["dim"], language["layers"], language["heads"]
        self.latents, self.heads, self.width = latents, heads, vision["dim"]
        self.vision = Vision(**vision)
        self.embedding = nn.Embedding(language["vocabulary"], dim)
        self.blocks = nn.ModuleList(GatedBlock(dim, vision["dim"]) for _ in range(0, layers, every))
        self.every = every
        self.layers = nn.ModuleList(Layer(dim, heads, language.get("queryKeyNorm", False)) for _ in range(layers))
        self.norm = nn.LayerNorm(dim, bias=False)
        self.register_buffer("slopes", 2.0 ** (-8 * torch.arange(1, heads + 1) / heads), persistent=False)

    def alibi(self, new, length, like):
        places = torch.arange(length, device=like.device)
        rows = torch.arange(length - new, length, device=like.device)
        bias = -(rows[:, None] - places[None]).to(like.dtype) * self.slopes.to(like.dtype)[:, None, None]
        return bias.masked_fill(places[None] > rows[:, None], float("-inf"))[None]

    def forward(self, tokens, media, seen, past, wanted=1):
        """seen: for each token the picture that it looks at, from 0; wanted: places at the end whose logits are given."""
        x = self.embedding(tokens)
        length = tokens.shape[1] + (0 if past is None else past[0][0].shape[2])
        bias = self.alibi(tokens.shape[1], length, x)
        pictures = torch.arange(media.shape[1] // self.latents, device=x.device).repeat_interleave(self.latents)
        mask = (seen[..., None] == pictures)[:, None]
        kept = []
        for index, layer in enumerate(self.layers):
            if index % self.every == 0:
                x = self.blocks[index // self.every](x, media, mask)
            x, each = layer(x, None if past is None else past[index], bias)
            kept.append(each)
        return self.norm(x[:, -wanted:]) @ self.embedding.weight.T, kept


model = None


def synchronised():
    if DEVICE.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter()


def media_of(rows, pictures):
    return torch.randn(rows, pictures * model.latents, model.width, device=DEVICE, dtype=DTYPE)


def prompt(rows, pictures, length):
    tokens = torch.randint(1, 200, (rows, length), device=DEVICE)
    seen = torch.div(torch.arange(length, device=DEVICE) * pictures, length, rounding_mode="floor")
    return tokens, seen.expand(rows, length)


@torch.inference_mode()
def decode(rows, pictures, length, tokens):
    """Milliseconds of a token, of all rows together, after a prompt."""
    media = media_of(rows, pictures)
    text, seen = prompt(rows, pictures, length)
    logits, past = model(text, media, seen, None)
    last = seen[:, -1:]
    started = synchronised()
    for _ in range(tokens):
        # As in a search for the likeliest token, which is looked at before the next step.
        token = logits[:, -1:].argmax(-1)
        token[:, 0].tolist()
        logits, past = model(token, media, last, past)
    return 1000 * (synchronised() - started) / tokens


@torch.inference_mode()
def prefill(length):
    media = media_of(1, 1)
    text, seen = prompt(1, 1, length)
    started = synchronised()
    model(text, media, seen, None)
    return 1000 * (synchronised() - started)


@torch.inference_mode()
def vision(pictures, image):
    pixels = torch.randn(pictures, 3, image, image, device=DEVICE, dtype=DTYPE)
    started = synchronised()
    model.vision(pixels).mean()
    return 1000 * (synchronised() - started)


trained = None


def train(rows, pictures, length, steps):
    """Milliseconds of a step of AdamW that trains the gated blocks, in float32 as the graph that it is compared with."""
    global trained
    if trained is None:
        model.float()
        for parameter in model.parameters():
            parameter.requires_grad_(False)
        for parameter in model.blocks.parameters():
            parameter.requires_grad_(True)
        trained = torch.optim.AdamW(model.blocks.parameters(), lr=1e-4)
    media = media_of(rows, pictures).float()
    text, seen = prompt(rows, pictures, length)
    started = synchronised()
    for _ in range(steps):
        logits, _ = model(text, media, seen, None, wanted=length)
        loss = F.cross_entropy(logits[:, :-1].flatten(0, 1), text[:, 1:].flatten())
        trained.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.blocks.parameters(), 1.0)
        trained.step()
    return 1000 * (synchronised() - started) / steps


def load(vision, language, latents, every=1):
    global model, trained
    trained = None
    torch.manual_seed(0)
    with torch.device(DEVICE):
        model = Flamingo(vision, language, latents, every)
    model = model.to(DTYPE).eval()
    for name, parameter in model.named_parameters():
        if parameter.dim() > 1:
            nn.init.normal_(parameter, std=0.02)
    return sum(parameter.numel() for parameter in model.parameters())


WORK = {"load": load, "decode": decode, "prefill": prefill, "vision": vision, "train": train}


def answer(request):
    return WORK[request.pop("do")](**request)


def main():
    device = torch.cuda.get_device_name() if DEVICE.type == "cuda" else "the processor"
    print(json.dumps({"version": torch.__version__, "device": device}), flush=True)
    for line in sys.stdin:
        try:
            print(json.dumps({"value": answer(json.loads(line))}), flush=True)
        except Exception as error:  # noqa: BLE001: what is wrong is said, and the next request is taken
            print(json.dumps({"problem": " ".join(str(error).split()) or type(error).__name__}), flush=True)
            if DEVICE.type == "cuda":
                torch.cuda.empty_cache()


main()
