"""The Q-Former of transformers' BLIP-2 for examples/q-former.

    PYTHONPATH=. python examples/q_former.py       (requirements-recent.txt)
"""

import torch
from transformers import Blip2QFormerConfig
from transformers.models.blip_2 import modeling_blip_2 as blip2

from examples.common import lines_of, write_example
from shared import prefixed, randomise, seed_by_name


@torch.no_grad()
def main():
    seed_by_name("q-former")
    config = Blip2QFormerConfig(
        hidden_size=24,
        num_hidden_layers=2,
        num_attention_heads=3,
        intermediate_size=96,
        encoder_hidden_size=32,
        cross_attention_frequency=2,
    )
    model = blip2.Blip2QFormerModel(config).eval()
    randomise(model)
    queries = torch.randn(1, 4, 24)
    features = torch.randn(3, 5, 32)
    output = model(query_embeds=queries.expand(3, -1, -1), encoder_hidden_states=features)
    weights = {"query_tokens": queries, **prefixed("qformer", dict(model.named_parameters()))}
    parts = [
        blip2.Blip2QFormerMultiHeadAttention,
        blip2.Blip2QFormerSelfOutput,
        blip2.Blip2QFormerAttention,
        blip2.Blip2QFormerIntermediate,
        blip2.Blip2QFormerOutput,
        blip2.Blip2QFormerLayer,
        blip2.Blip2QFormerEncoder,
        blip2.Blip2QFormerModel,
    ]
    write_example(
        "q-former",
        weights,
        {"features": features, "queries": output.last_hidden_state},
        "transformers' Blip2QFormerModel",
        lines_of(*parts),
    )


if __name__ == "__main__":
    main()
