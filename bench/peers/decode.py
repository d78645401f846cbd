"""Decodes the same random LLaMA here and in onnxruntime-genai, in turns, and prints times and their ratio.

    python decode.py FOLDER [--precision int4|float32] [--pasts 64 512] [--threads 1] [--rounds 12] [--tokens 8]

FOLDER keeps the checkpoint and what both make of it. See README.md for what is to be installed.
"""

import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import sys

import torch
from transformers import LlamaConfig, LlamaForCausalLM

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
TOKENIZER = PROJECT / "models/tokenizers/byte-level.json"


def make_checkpoint(folder):
    """The sizes are those of `smallLlama` in bench/support/large-model.ts."""
    if (folder / "model.safetensors").exists():
        return
    torch.manual_seed(0)
    config = LlamaConfig(
        hidden_size=1024,
        num_hidden_layers=24,
        num_attention_heads=16,
        num_key_value_heads=4,
        intermediate_size=2816,
        vocab_size=32000,
        max_position_embeddings=4096,
        tie_word_embeddings=False,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    shutil.copy(TOKENIZER, folder / "tokenizer.json")
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "PreTrainedTokenizerFast"}))


def make_models(folder, precision):
    here, there = folder.parent / f"here-{precision}", folder.parent / f"genai-{precision}"
    if not here.exists():
        command = ["node", "cli/flamingo.mjs", "compile", "bench/peers/llama.ts", "--precision", precision]
        command += ["--weights", folder / "model.safetensors", "--tokenizer", TOKENIZER, "--out", here.resolve()]
        subprocess.run(command, cwd=PROJECT, check=True)
    if not there.exists():
        genai_name = {"int4": "int4", "float32": "fp32"}[precision]
        command = [sys.executable, "-m", "onnxruntime_genai.models.builder", "-i", folder, "-o", there]
        command += ["-p", genai_name, "-e", "cpu", "-c", folder.parent / "cache"]
        if precision == "int4":
            command += ["--extra_options", "int4_accuracy_level=4", "int4_block_size=32"]
        subprocess.run(command, check=True)
    return here, there


class Peer:
    def __init__(self, command):
        self.process = subprocess.Popen(
            command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout.readline().strip() == "ready", "it did not start"

    def measure(self, past, tokens):
        self.process.stdin.write(f"{past} {tokens}\n")
        self.process.stdin.flush()
        return [float(each) for each in self.process.stdout.readline().split()]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--precision", choices=["int4", "float32"], default="int4")
    parser.add_argument("--pasts", type=int, nargs="+", default=[64, 512])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--tokens", type=int, default=8)
    given = parser.parse_args()
    checkpoint = (given.folder / "checkpoint").resolve()
    checkpoint.mkdir(parents=True, exist_ok=True)
    make_checkpoint(checkpoint)
    here, there = make_models(checkpoint, given.precision)
    threads = str(given.threads)
    peers = [
        Peer(["node", "--import", "tsx", HERE / "decode-here.ts", here, threads]),
        Peer([sys.executable, HERE / "genai.py", there, threads]),
    ]
    print(f"{given.precision}, {threads} thread(s); ms a token, medians of {given.rounds} rounds of {given.tokens} tokens")
    for past in given.pasts:
        rounds = []
        for turn in range(given.rounds):
            order = peers if turn % 2 == 0 else peers[::-1]
            took = {peer: peer.measure(past, given.tokens) for peer in order}
            rounds.append([took[peer] for peer in peers])
        for kind, index in (("processor", 0), ("clock", 1)):
            ours, theirs = ([pair[which][index] for pair in rounds] for which in (0, 1))
            ratio = statistics.median(b / a for a, b in zip(ours, theirs))
            medians = f"here {statistics.median(ours):.2f}, genai {statistics.median(theirs):.2f}"
            print(f"past {past:5}, {kind:9}: {medians}, ratio {ratio:.2f}", flush=True)
    for peer in peers:
        peer.close()


main()
