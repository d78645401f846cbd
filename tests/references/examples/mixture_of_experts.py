"""The mixture of experts of transformers' Mixtral for examples/mixture-of-experts.

    PYTHONPATH=. python examples/mixture_of_experts.py       (requirements-recent.txt)
"""

import torch
from transformers import MixtralConfig
from transformers.models.mixtral import modeling_mixtral as mixtral

from examples.common import lines_of, write_example
from shared import seed_by_name


@torch.no_grad()
def main():
    seed_by_name("mixture-of-experts")
    config = MixtralConfig(hidden_size=16, intermediate_size=24, num_local_experts=6, num_experts_per_tok=2)
    model = mixtral.MixtralSparseMoeBlock(config).eval()
    for parameter in model.parameters():
        parameter.copy_(torch.randn(parameter.shape) * 0.5)
    x = torch.randn(2, 7, 16)
    parts = [mixtral.MixtralExperts, mixtral.MixtralTopKRouter, mixtral.MixtralSparseMoeBlock]
    write_example(
        "mixture-of-experts",
        model.state_dict(),
        {"x": x, "y": model(x)},
        "transformers' MixtralSparseMoeBlock",
        lines_of(*parts),
    )


if __name__ == "__main__":
    main()
