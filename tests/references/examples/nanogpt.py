"""The GPT of examples/nanogpt in PyTorch, held to transformers' GPT-2.

    PYTHONPATH=. python examples/nanogpt.py       (requirements-recent.txt)
"""

import torch
from torch import nn
from torch.nn import functional as F
from transformers import GPT2Config, GPT2LMHeadModel

from examples.common import lines_of, write_example
from shared import prefixed, randomise, seed_by_name


class Attention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.c_attn = nn.Linear(dim, 3 * dim)
        self.c_proj = nn.Linear(dim, dim)

    def forward(self, x):
        split = lambda t: t.unflatten(-1, (self.heads, -1)).transpose(1, 2)
        q, k, v = map(split, self.c_attn(x).chunk(3, dim=-1))
        attended = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.c_proj(attended.transpose(1, 2).flatten(2))


class DecoderLayer(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.ln_1 = nn.LayerNorm(dim)
        self.attn = Attention(dim, heads)
        self.ln_2 = nn.LayerNorm(dim)
        self.mlp = nn.ModuleDict({"c_fc": nn.Linear(dim, 4 * dim), "c_proj": nn.Linear(4 * dim, dim)})

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp["c_proj"](F.gelu(self.mlp["c_fc"](self.ln_2(x))))


class NanoGpt(nn.Module):
    def __init__(self, dim, heads, layers, vocabulary, context_length):
        super().__init__()
        self.wte = nn.Embedding(vocabulary, dim)
        self.wpe = nn.Embedding(context_length, dim)
        self.h = nn.ModuleList(DecoderLayer(dim, heads) for _ in range(layers))
        self.ln_f = nn.LayerNorm(dim)

    def forward(self, tokens):
        x = self.wte(tokens) + self.wpe(torch.arange(tokens.shape[1]))
        for layer in self.h:
            x = layer(x)
        return self.ln_f(x) @ self.wte.weight.T


@torch.no_grad()
def main():
    seed_by_name("nanogpt")
    model = NanoGpt(32, 4, 2, 261, 64)
    randomise(model)
    config = GPT2Config(
        n_embd=32, n_head=4, n_layer=2, vocab_size=261, n_positions=64, activation_function="gelu"
    )
    original = GPT2LMHeadModel(config).eval()
    linear = lambda name, weight: "c_" in name and weight.ndim == 2
    state = {name: each.T if linear(name, each) else each for name, each in model.state_dict().items()}
    original.transformer.load_state_dict(state)
    tokens = torch.randint(0, 256, (2, 9))
    logits = model(tokens)
    assert (logits - original(tokens).logits).abs().max() < 1e-5
    # The prompt as bytes after the token that begins a text; no answer has the tokens of pictures and padding.
    prompt = torch.tensor([[259, *b"Once upon"]])
    answer = prompt
    for _ in range(8):
        scores = model(answer)[:, -1]
        scores[:, [256, 258]] = -torch.inf
        answer = torch.cat([answer, scores.argmax(-1, keepdim=True)], dim=1)
    expected = {"tokens": tokens, "logits": logits, "prompt": prompt, "answer": answer[:, prompt.shape[1] :]}
    weights = prefixed("transformer", model.state_dict())
    write_example("nanogpt", weights, expected, "the same in PyTorch, which equals transformers' GPT2LMHeadModel", lines_of(Attention, DecoderLayer, NanoGpt))


if __name__ == "__main__":
    main()
