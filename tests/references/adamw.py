"""Writes adamw.safetensors: 20 steps of PyTorch's AdamW on a small network with a gate, a norm and biases.

    python adamw.py

Every number comes from torch (requirements-recent.txt); this script only chooses sizes, seeds, inputs and rates.
"""

import json

import torch
from torch import nn

from shared import prefixed, randomise, seed_by_name, write_safetensors

STEPS = 20
ROWS, WIDTH, INNER, CLASSES = 6, 5, 8, 4
OPTIONS = {"betas": [0.9, 0.98], "eps": 1e-6, "weight_decay": 0.2}
CLIP_NORM = 0.7
# a warm-up, and then rates that rise and fall, so that no rate fits two steps
RATES = [0.05 * min(1, (step + 1) / 4) / (1 + 0.05 * step) for step in range(STEPS)]
# the optimizer's state is kept after these numbers of steps, the parameters after every one
STATES = (1, STEPS)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(WIDTH)
        self.up = nn.Linear(WIDTH, INNER)
        self.down = nn.Linear(INNER, CLASSES)
        self.ff_gate = nn.Parameter(torch.zeros(1))
        self.skip = nn.Linear(WIDTH, CLASSES, bias=False)
        self.skip.weight.requires_grad_(False)

    def forward(self, x):
        return self.skip(x) + self.ff_gate.tanh() * self.down(nn.functional.gelu(self.up(self.norm(x))))


def write():
    seed_by_name("adamw")
    network = Network()
    randomise(network)
    learned = {name: value for name, value in network.named_parameters() if value.requires_grad}
    decaying = [value for value in learned.values() if value.ndim > 1]
    others = [value for value in learned.values() if value.ndim <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": decaying}, {"params": others, "weight_decay": 0.0}],
        lr=1.0,
        betas=tuple(OPTIONS["betas"]),
        eps=OPTIONS["eps"],
        weight_decay=OPTIONS["weight_decay"],
        foreach=False,
    )
    tensors = prefixed("weights", {name: value.clone() for name, value in network.named_parameters()})
    # growing inputs: the first steps stay under the clip norm, the last go over it
    inputs = torch.randn(STEPS, ROWS, WIDTH) * torch.linspace(0.2, 3, STEPS)[:, None, None]
    labels = torch.randint(0, CLASSES, (STEPS, ROWS))
    losses, norms = [], []
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = RATES[step]
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(network(inputs[step]), labels[step])
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(list(learned.values()), CLIP_NORM))
        optimizer.step()
        losses.append(loss)
        done = step + 1
        tensors |= prefixed(f"output.{done}", {name: value.clone() for name, value in learned.items()})
        if done in STATES:
            for name, value in learned.items():
                state = optimizer.state[value]
                tensors[f"first_moment.{done}.{name}"] = state["exp_avg"].clone()
                tensors[f"second_moment.{done}.{name}"] = state["exp_avg_sq"].clone()
    norms = torch.stack(norms)
    assert (norms > CLIP_NORM).any() and (norms < CLIP_NORM).any(), "clip some steps, but not all"
    tensors |= {
        "input.x": inputs,
        "input.labels": labels,
        "input.learning_rates": torch.tensor(RATES),
        "output.losses": torch.stack(losses),
        "output.gradient_norms": norms,
    }
    options = json.dumps(OPTIONS | {"clip_norm": CLIP_NORM})
    write_safetensors("adamw.safetensors", tensors, {"torch": torch.__version__, "options": options})


if __name__ == "__main__":
    torch.set_num_threads(1)
    write()
