"""The RG-LRU of transformers' RecurrentGemma for examples/gated-recurrence.

    PYTHONPATH=. python examples/gated_recurrence.py       (requirements-recent.txt)
"""

import torch
from transformers import RecurrentGemmaConfig
from transformers.models.recurrent_gemma.modeling_recurrent_gemma import RecurrentGemmaRglru

from examples.common import lines_of, write_example
from shared import seed_by_name


@torch.no_grad()
def main():
    seed_by_name("gated-recurrence")
    config = RecurrentGemmaConfig(hidden_size=12, lru_width=12, num_attention_heads=3)
    model = RecurrentGemmaRglru(config).eval()
    for parameter in model.parameters():
        parameter.copy_(torch.randn(parameter.shape))
    x = torch.randn(2, 9, 12)
    # The second row starts anew at its fifth token.
    positions = torch.tensor([list(range(9)), [3, 4, 5, 6, 0, 1, 2, 3, 4]])
    state = torch.randn(2, 12)
    model.recurrent_states = state
    y = model(x, positions)
    write_example(
        "gated-recurrence",
        dict(model.named_parameters()),
        {"x": x, "positions": positions, "state": state, "y": y, "next_state": model.recurrent_states},
        "transformers' RecurrentGemmaRglru",
        lines_of(RecurrentGemmaRglru),
    )


if __name__ == "__main__":
    main()
