"""The blocks of examples/video-gates in PyTorch.

    PYTHONPATH=. python examples/video_gates.py       (requirements-recent.txt)
"""

import torch
from torch import nn
from torch.nn import functional as F

from examples.common import lines_of, write_example
from shared import randomise, seed_by_name


class FrameQueries(nn.Module):
    def __init__(self, dim, heads, latents):
        super().__init__()
        self.heads = heads
        self.queries = nn.Parameter(torch.randn(latents, dim))
        self.norm = nn.RMSNorm(dim, eps=1e-6)
        self.query = nn.Linear(dim, dim, bias=False)
        self.key = nn.Linear(dim, dim, bias=False)
        self.value = nn.Linear(dim, dim, bias=False)
        self.output = nn.Linear(dim, dim, bias=False)

    def forward(self, features):
        images, frames, tokens, dim = features.shape
        latents = self.queries.shape[0]
        mask = torch.zeros(latents, frames, dtype=torch.bool)
        for i in range(latents):
            for j in range(frames):
                mask[i, j] = max(i / latents, j / frames) + 1e-6 < min((i + 1) / latents, (j + 1) / frames)
        mask = mask.repeat_interleave(tokens, dim=1)
        split = lambda t: t.unflatten(-1, (self.heads, -1)).transpose(1, 2)
        seen = self.norm(features.flatten(1, 2))
        queries = self.queries.expand(images, -1, -1)
        q, k, v = split(self.query(queries)), split(self.key(seen)), split(self.value(seen))
        attended = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        return queries + self.output(attended.transpose(1, 2).flatten(2))


class KeysAndValues(nn.Module):
    def __init__(self, vision, heads, head_dim):
        super().__init__()
        self.heads = heads
        self.key = nn.Linear(vision, heads * head_dim, bias=False)
        self.value = nn.Linear(vision, heads * head_dim, bias=False)

    def forward(self, latents):
        split = lambda t: t.unflatten(-1, (self.heads, -1)).transpose(1, 2)
        return split(self.key(latents)), split(self.value(latents))


class ChannelGated(nn.Module):
    def __init__(self, dim, vision, heads, head_dim, inner):
        super().__init__()
        self.heads = heads
        self.media = KeysAndValues(vision, heads, head_dim)
        self.norm = nn.RMSNorm(dim, eps=1e-6)
        self.query = nn.Linear(dim, heads * head_dim, bias=False)
        self.output = nn.Linear(heads * head_dim, dim, bias=False)
        self.gate = nn.Parameter(torch.zeros(dim))
        self.norm2 = nn.RMSNorm(dim, eps=1e-6)
        self.up = nn.Linear(dim, inner, bias=False)
        self.down = nn.Linear(inner, dim, bias=False)
        self.gate2 = nn.Parameter(torch.zeros(dim))

    def forward(self, x, latents):
        key, value = self.media(latents)
        query = self.query(self.norm(x)).unflatten(-1, (self.heads, -1)).transpose(1, 2)
        attended = F.scaled_dot_product_attention(query, key, value).transpose(1, 2).flatten(2)
        x = x + self.output(attended) * self.gate.tanh()
        return x + self.down(F.gelu(self.up(self.norm2(x)))) * self.gate2.tanh()


@torch.no_grad()
def main():
    seed_by_name("video-gates")
    parts = nn.ModuleDict({"resampler": FrameQueries(32, 4, 4), "gated": ChannelGated(24, 32, 2, 8, 48)})
    randomise(parts)
    expected = {}
    for name, frames in {"": 7, ".picture": 1}.items():
        features, x = torch.randn(2, frames, 5, 32), torch.randn(2, 6, 24)
        latents = parts["resampler"](features)
        y = parts["gated"](x, latents)
        expected |= {f"features{name}": features, f"x{name}": x, f"latents{name}": latents, f"y{name}": y}
    lines = lines_of(FrameQueries, KeysAndValues, ChannelGated)
    write_example("video-gates", dict(parts.named_parameters()), expected, "the same blocks in PyTorch", lines)


if __name__ == "__main__":
    main()
