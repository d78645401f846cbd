"""Writes operators.safetensors, what torch gives where several meanings are possible, and batch-norm.safetensors.

    python operators.py

operators.safetensors: windows that reach over an edge, equal elements in a sort, norms of channels; outputs, and the
gradients of sum(output * cotangent). batch-norm.safetensors: steps of AdamW on a small network with batch norms, whose
running statistics move. Every number comes from torch (requirements-recent.txt).
"""

import torch
from torch import nn
from torch.nn import functional as F

from shared import prefixed, randomise, seed_by_name, write_safetensors

STEPS, BATCH = 5, 6


def operators():
    seed_by_name("operators")
    x = {
        "line": torch.randn(2, 3, 9),
        "plane": torch.randn(2, 3, 7, 6),
        "space": torch.randn(2, 3, 4, 5, 6),
        "equals": torch.randint(-2, 3, (3, 40)).float(),
        "zeros": torch.randn(3, 6) * (torch.rand(3, 6) > 0.3),
        "weight": torch.randn(6),
        "bias": torch.randn(6),
        "mean": torch.randn(6),
        "variance": torch.rand(6) + 0.2,
        "channels": torch.randn(2, 6, 3, 4),
    }
    for value in x.values():
        value.requires_grad_(True)
    cases = {
        "max_pool1d": F.max_pool1d(x["line"], 3, stride=2, padding=1, dilation=2, ceil_mode=True),
        "max_pool2d": F.max_pool2d(x["plane"], (3, 2), stride=(2, 3), padding=(1, 0), ceil_mode=True),
        "max_pool3d": F.max_pool3d(x["space"], 2, stride=(1, 2, 3), padding=1),
        "avg_pool1d": F.avg_pool1d(x["line"], 4, stride=3, padding=2, ceil_mode=True),
        "avg_pool1d_without": F.avg_pool1d(
            x["line"], 4, stride=3, padding=2, ceil_mode=True, count_include_pad=False
        ),
        "avg_pool2d": F.avg_pool2d(x["plane"], (3, 2), stride=2, padding=(1, 1)),
        "avg_pool2d_without": F.avg_pool2d(
            x["plane"], (3, 2), stride=(3, 2), padding=(1, 1), count_include_pad=False
        ),
        "avg_pool2d_ceil": F.avg_pool2d(x["plane"], 3, stride=2, padding=1, ceil_mode=True),
        "avg_pool3d": F.avg_pool3d(x["space"], (2, 3, 2), stride=(1, 2, 2), padding=(0, 1, 1), ceil_mode=True),
        "cumprod": torch.cumprod(x["zeros"], 1),
        "group_norm": F.group_norm(x["channels"], 3, x["weight"], x["bias"], 1e-5),
        "batch_norm": F.batch_norm(
            x["channels"], x["mean"].detach(), x["variance"].detach(), x["weight"], x["bias"], False, 0.1, 1e-5
        ),
    }
    tensors = prefixed("input", x)
    for name, output in cases.items():
        cotangent = torch.randn(output.shape)
        own = {key: value for key, value in x.items()}
        gradients = torch.autograd.grad((output * cotangent).sum(), list(own.values()), allow_unused=True)
        tensors |= {f"output.{name}": output, f"cotangent.{name}": cotangent}
        for key, gradient in zip(own, gradients):
            if gradient is not None:
                tensors[f"gradient.{name}.{key}"] = gradient
    for descending in (False, True):
        values, indices = torch.sort(x["equals"], dim=1, descending=descending, stable=True)
        name = "sort_descending" if descending else "sort"
        tensors |= {f"output.{name}": values, f"output.{name}_indices": indices}
    write_safetensors("operators.safetensors", tensors, {"torch": torch.__version__})


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 4, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(4)
        # a bias before a batch norm has no gradient but rounding, which AdamW would make as large as any
        self.head = nn.Linear(4, 3, bias=False)
        self.flat = nn.BatchNorm1d(3, momentum=0.3)

    def forward(self, x):
        return self.flat(self.head(F.relu(self.norm(self.conv(x))).mean((2, 3))))


def batch_norm():
    seed_by_name("batch-norm")
    network = Network()
    randomise(network)
    stored = lambda: {
        name: value.clone() for name, value in network.state_dict().items() if "num_batches" not in name
    }
    tensors = prefixed("weights", stored())
    decaying = [value for value in network.parameters() if value.ndim > 1]
    others = [value for value in network.parameters() if value.ndim <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": decaying, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}],
        lr=0.02,
        foreach=False,
    )
    inputs, targets = torch.randn(STEPS, BATCH, 2, 5, 5), torch.randn(STEPS, BATCH, 3)
    network.train()
    for step in range(STEPS):
        optimizer.zero_grad()
        ((network(inputs[step]) - targets[step]) ** 2).mean().backward()
        optimizer.step()
    tensors |= prefixed("output", stored())
    network.eval()
    tensors |= {"input.x": inputs, "input.y": targets, "answer": network(inputs[0])}
    write_safetensors("batch-norm.safetensors", tensors, {"torch": torch.__version__})


if __name__ == "__main__":
    torch.set_num_threads(1)
    operators()
    batch_norm()
