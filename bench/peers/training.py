"""Steps of training here and in PyTorch with its fused AdamW, in turns: resampler and gated blocks learn, the language
model is frozen.

    python training.py [--threads 1] [--rounds 20] [--sizes middle|small] [--plain]

Prints what a step takes on both sides, their ratio (above 1 this project is faster), and how much memory each has taken since
before its first step, after the first, half and all of them. Weights are random on both sides. See README.md for what is to be installed.
"""

import argparse
import json
import math
import pathlib
import statistics
import subprocess
import time

import torch
import torch.nn.functional as functional
from torch import nn

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
SIZES = {
    # 16 M weights learn.
    "middle": dict(rows=4, text=64, pictures=4, features=196, vision=384, latents=64, depth=2, dim=512, layers=8, every=2, heads=8, headDim=64, vocabulary=8000),
    # Those of `npm run bench -- training`, but for heads of 64.
    "small": dict(rows=4, text=64, pictures=4, features=16, vision=128, latents=16, depth=1, dim=192, layers=4, every=2, heads=4, headDim=32, vocabulary=2048),
}


def heads_of(x, heads):
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


def attend(query, key, value, heads, **options):
    seen = functional.scaled_dot_product_attention(*(heads_of(each, heads) for each in (query, key, value)), **options)
    return seen.transpose(1, 2).flatten(2)


class FeedForward(nn.Sequential):
    def __init__(self, dim, activation, bias=False):
        super().__init__(nn.LayerNorm(dim), nn.Linear(dim, 4 * dim, bias=bias), activation, nn.Linear(4 * dim, dim, bias=bias))


class SquaredRelu(nn.Module):
    def forward(self, x):
        return functional.relu(x).square()


class Resampler(nn.Module):
    def __init__(self, s):
        super().__init__()
        dim, inner = s["vision"], s["heads"] * s["headDim"]
        self.heads = s["heads"]
        self.latents = nn.Parameter(torch.randn(s["latents"], dim))
        self.frames = nn.Parameter(torch.randn(8, dim))
        self.layers = nn.ModuleList()
        for _ in range(s["depth"]):
            parts = dict(media=nn.LayerNorm(dim), norm=nn.LayerNorm(dim), q=nn.Linear(dim, inner, bias=False))
            parts |= dict(kv=nn.Linear(dim, 2 * inner, bias=False), out=nn.Linear(inner, dim, bias=False))
            self.layers.append(nn.ModuleDict(parts | dict(ff=FeedForward(dim, SquaredRelu()))))

    def forward(self, features):
        features = features + self.frames[0]
        latents = self.latents.expand(features.shape[0], -1, -1)
        for layer in self.layers:
            normed = layer["norm"](latents)
            key, value = layer["kv"](torch.cat([layer["media"](features), normed], 1)).chunk(2, -1)
            latents = latents + layer["out"](attend(layer["q"](normed), key, value, self.heads))
            latents = latents + layer["ff"](latents)
        return latents


class GatedBlock(nn.Module):
    def __init__(self, s):
        super().__init__()
        dim, inner = s["dim"], s["heads"] * s["headDim"]
        self.heads = s["heads"]
        self.norm, self.q = nn.LayerNorm(dim), nn.Linear(dim, inner, bias=False)
        self.kv, self.out = nn.Linear(s["vision"], 2 * inner, bias=False), nn.Linear(inner, dim, bias=False)
        self.gate, self.ff_gate = nn.Parameter(torch.zeros(1)), nn.Parameter(torch.zeros(1))
        self.ff = FeedForward(dim, SquaredRelu())

    def forward(self, x, latents, pieces):
        # Each piece of the text looks at its own picture: no mask, which a batch here has, as its pictures may stand anywhere.
        key, value = self.kv(latents).chunk(2, -1)
        query = self.q(self.norm(x)).unflatten(1, (pieces, -1)).flatten(0, 1)
        seen = attend(query, key, value, self.heads).unflatten(0, (-1, pieces)).flatten(1, 2)
        x = x + self.out(seen) * self.gate.tanh()
        return x + self.ff(x) * self.ff_gate.tanh()


class Layer(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.heads = dim // 64
        self.norm, self.qkv, self.out = nn.LayerNorm(dim), nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
        self.ff = FeedForward(dim, nn.GELU(), bias=True)

    def forward(self, x):
        x = x + self.out(attend(*self.qkv(self.norm(x)).chunk(3, -1), self.heads, is_causal=True))
        return x + self.ff(x)


class Model(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.s = s
        self.resampler = Resampler(s)
        self.blocks = nn.ModuleList(GatedBlock(s) for _ in range(math.ceil(s["layers"] / s["every"])))
        self.tokens = nn.Embedding(s["vocabulary"], s["dim"])
        self.places = nn.Embedding(s["text"], s["dim"])
        self.layers = nn.ModuleList(Layer(s["dim"]) for _ in range(s["layers"]))
        self.norm = nn.LayerNorm(s["dim"])
        for part in (self.tokens, self.places, self.layers, self.norm):
            part.requires_grad_(False)

    def forward(self, tokens, features):
        s = self.s
        latents = self.resampler(features.flatten(0, 2))
        x = self.tokens(tokens) + self.places.weight
        for index, layer in enumerate(self.layers):
            if index % s["every"] == 0:
                x = self.blocks[index // s["every"]](x, latents, s["pictures"])
            x = layer(x)
        logits = self.norm(x) @ self.tokens.weight.T
        return functional.cross_entropy(logits[:, :-1].flatten(0, 1), tokens[:, 1:].flatten())


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


class There:
    def __init__(self, s, fused):
        torch.manual_seed(0)
        self.model = Model(s)
        self.learned = [each for each in self.model.parameters() if each.requires_grad]
        self.optimizer = torch.optim.AdamW(self.learned, lr=1e-4, fused=fused)
        every = s["text"] // s["pictures"]
        ids = [s["vocabulary"] - 1 if place % every == 0 else place * 37 % (s["vocabulary"] - 1) for place in range(s["rows"] * s["text"])]
        self.tokens = torch.tensor(ids).reshape(s["rows"], s["text"])
        self.features = torch.randn(s["rows"], s["pictures"], 1, s["features"], s["vision"])
        self.before = resident()

    def step(self):
        processor, clock = time.process_time(), time.perf_counter()
        self.optimizer.zero_grad()
        self.model(self.tokens, self.features).backward()
        nn.utils.clip_grad_norm_(self.learned, 1.0)
        self.optimizer.step()
        return [1000 * (time.process_time() - processor), 1000 * (time.perf_counter() - clock), resident()]


class Here:
    def __init__(self, s, threads):
        command = ["node", "--expose-gc", "--import", "tsx", HERE / "training-here.ts", json.dumps(s), str(threads)]
        self.process = subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.before = int(self.process.stdout.readline())

    def step(self):
        self.process.stdin.write("step\n")
        self.process.stdin.flush()
        return [float(each) for each in self.process.stdout.readline().split()]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--sizes", choices=SIZES, default="middle")
    parser.add_argument("--plain", action="store_true", help="AdamW as it is, not fused")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    sizes = SIZES[given.sizes]
    here, there = Here(sizes, given.threads), There(sizes, not given.plain)
    learned = sum(each.numel() for each in there.learned)
    kind = "plain" if given.plain else "fused"
    print(f"{learned / 1e6:.1f} M learn, {given.threads} thread(s), PyTorch {torch.__version__}, AdamW {kind}")
    rounds = []
    for turn in range(given.rounds + 2):
        order = (here, there) if turn % 2 == 0 else (there, here)
        took = {each: each.step() for each in order}
        rounds.append([took[here], took[there]])
    for side, each in enumerate((here, there)):
        grown = [rounds[at][side][2] - each.before for at in (0, len(rounds) // 2, -1)]
        name = "PyTorch" if side else "here"
        print(f"{name:8} memory since before the first step:", ", ".join(f"{size / 1e6:.0f} MB" for size in grown))
    for kind, index in (("processor", 0), ("clock", 1)):
        ours, theirs = ([pair[side][index] for pair in rounds[2:]] for side in (0, 1))
        ratios = sorted(b / a for a, b in zip(ours, theirs))
        quartiles = f"{ratios[len(ratios) // 4]:.2f} to {ratios[3 * len(ratios) // 4]:.2f}"
        medians = f"here {statistics.median(ours):.1f} ms, PyTorch {statistics.median(theirs):.1f} ms"
        print(f"{kind:9}: {medians}, ratio {statistics.median(ratios):.2f} ({quartiles})", flush=True)
    here.process.stdin.close()
    here.process.wait()


main()
