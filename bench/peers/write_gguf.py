"""Writes a LLaMA of transformers as llama.cpp's GGUF, its products in F32, Q8_0 or Q4_0; embeddings and norms stay F32.

    python write_gguf.py CHECKPOINT OUT [--products Q4_0]

The vocabulary is made up: what is measured are runs of the model on numbers of tokens.
"""

import argparse
import json
import pathlib

import gguf
import numpy as np
from gguf.quants import quantize
from safetensors.numpy import load_file

parser = argparse.ArgumentParser()
parser.add_argument("checkpoint", type=pathlib.Path)
parser.add_argument("out", type=pathlib.Path)
parser.add_argument("--products", choices=["F32", "Q8_0", "Q4_0"], default="Q4_0")
given = parser.parse_args()
config = json.loads((given.checkpoint / "config.json").read_text())
heads, key_value_heads = config["num_attention_heads"], config["num_key_value_heads"]
size, layers, vocabulary = config["hidden_size"], config["num_hidden_layers"], config["vocab_size"]

writer = gguf.GGUFWriter(given.out, "llama")
writer.add_context_length(config["max_position_embeddings"])
writer.add_embedding_length(size)
writer.add_block_count(layers)
writer.add_feed_forward_length(config["intermediate_size"])
writer.add_head_count(heads)
writer.add_head_count_kv(key_value_heads)
writer.add_rope_dimension_count(size // heads)
writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
writer.add_vocab_size(vocabulary)

# Bytes, which llama.cpp's vocabulary needs, then words of nobody's.
special = [("<unk>", gguf.TokenType.UNKNOWN), ("<s>", gguf.TokenType.CONTROL), ("</s>", gguf.TokenType.CONTROL)]
pieces = special + [(f"<0x{byte:02X}>", gguf.TokenType.BYTE) for byte in range(256)]
pieces += [(f"word{number}", gguf.TokenType.NORMAL) for number in range(len(pieces), vocabulary)]
writer.add_tokenizer_model("llama")
writer.add_token_list([piece for piece, _ in pieces])
writer.add_token_scores([0.0] * vocabulary)
writer.add_token_types([kind for _, kind in pieces])
writer.add_bos_token_id(1)
writer.add_eos_token_id(2)


def neighbours(weight, count):
    """Rows in llama.cpp's order, where the two features that turn together stand side by side."""
    rows, width = weight.shape
    halves = weight.reshape(count, 2, rows // count // 2, width)
    return halves.swapaxes(1, 2).reshape(rows, width)


NAMES = {
    "model.embed_tokens.weight": "token_embd.weight",
    "model.norm.weight": "output_norm.weight",
    "lm_head.weight": "output.weight",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "post_attention_layernorm": "ffn_norm",
    "input_layernorm": "attn_norm",
    "model.layers": "blk",
}
kind = gguf.GGMLQuantizationType[given.products]
for name, weight in load_file(given.checkpoint / "model.safetensors").items():
    weight = weight.astype(np.float32)
    if "q_proj" in name:
        weight = neighbours(weight, heads)
    if "k_proj" in name:
        weight = neighbours(weight, key_value_heads)
    for theirs, ours in NAMES.items():
        name = name.replace(theirs, ours)
    if weight.ndim == 1 or name == "token_embd.weight" or kind == gguf.GGMLQuantizationType.F32:
        writer.add_tensor(name, weight)
    else:
        writer.add_tensor(name, quantize(weight, kind), raw_dtype=kind)
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
