"""Decodes the same random LLaMA here and in other runtimes, in turns, and prints times and their ratios.

    python decode.py FOLDER [--peers genai llama.cpp] [--precision int4|int8|float32] [--pasts 64 512] [--threads 1]
                            [--rounds 12] [--tokens 8]

FOLDER keeps the checkpoint and what both make of it. See README.md for what is to be installed.
"""

import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
TOKENIZER = PROJECT / "models/tokenizers/byte-level.json"


def make_checkpoint(folder):
    """The sizes are those of `smallLlama` in bench/support/large-model.ts."""
    if (folder / "model.safetensors").exists():
        return
    # Where the checkpoint is there already, neither is needed.
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

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


def made(path, *command):
    """The path, which a command makes where it is not there yet."""
    if not path.exists():
        subprocess.run(command, cwd=PROJECT, check=True)
    return path


def here(folder, precision, threads):
    command = ["node", "cli/flamingo.mjs", "compile", "bench/peers/llama.ts", "--precision", precision, "--weights"]
    command += [folder / "checkpoint/model.safetensors", "--tokenizer", TOKENIZER, "--out"]
    model = folder / f"here-{precision}"
    return Peer(["node", "--import", "tsx", HERE / "decode-here.ts", made(model, *command, model), threads])


def genai(folder, precision, threads):
    """It has no int8 on the processor."""
    name = {"int4": "int4", "float32": "fp32"}[precision]
    model = folder / f"genai-{precision}"
    command = [sys.executable, "-m", "onnxruntime_genai.models.builder", "-i", folder / "checkpoint", "-o", model]
    command += ["-p", name, "-e", "cpu", "-c", folder / "cache"]
    if precision == "int4":
        command += ["--extra_options", "int4_accuracy_level=4", "int4_block_size=32"]
    return Peer([sys.executable, HERE / "genai.py", made(model, *command), threads])


def llama_cpp(folder, precision, threads):
    products = {"int4": "Q4_0", "int8": "Q8_0", "float32": "F32"}[precision]
    model = folder / f"llama-{products}.gguf"
    command = [sys.executable, HERE / "write_gguf.py", folder / "checkpoint", model, "--products", products]
    installed = folder / "llama-cpp"
    installed.mkdir(exist_ok=True)
    (installed / "package.json").write_text('{"private": true}')
    made(installed / "node_modules/node-llama-cpp", "npm", "install", "--prefix", installed, "node-llama-cpp", "--ignore-scripts")
    return Peer(["node", HERE / "llama-cpp.mjs", made(model, *command), threads], installed)


PEERS = {"genai": genai, "llama.cpp": llama_cpp}


class Peer:
    def __init__(self, command, folder=PROJECT):
        self.process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
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
    parser.add_argument("--peers", choices=PEERS, nargs="+", default=list(PEERS))
    parser.add_argument("--precision", choices=["int4", "int8", "float32"], default="int4")
    parser.add_argument("--pasts", type=int, nargs="+", default=[64, 512])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--tokens", type=int, default=8)
    given = parser.parse_args()
    folder = given.folder.resolve()
    (folder / "checkpoint").mkdir(parents=True, exist_ok=True)
    make_checkpoint(folder / "checkpoint")
    threads = str(given.threads)
    makers = {"here": here, **{name: PEERS[name] for name in given.peers}}
    peers = {name: make(folder, given.precision, threads) for name, make in makers.items()}
    print(f"{given.precision}, {threads} thread(s); ms a token, medians of {given.rounds} rounds of {given.tokens} tokens")
    for past in given.pasts:
        rounds = []
        for turn in range(given.rounds):
            order = list(peers) if turn % 2 == 0 else list(peers)[::-1]
            rounds.append({name: peers[name].measure(past, given.tokens) for name in order})
        for kind, index in (("processor", 0), ("clock", 1)):
            medians = {name: statistics.median(each[name][index] for each in rounds) for name in peers}
            line = ", ".join(f"{name} {median:.2f}" for name, median in medians.items())
            for name in given.peers:
                ratio = statistics.median(each[name][index] / each["here"][index] for each in rounds)
                line += f", {name} / here {ratio:.2f}"
            print(f"past {past:5}, {kind:9}: {line}", flush=True)
    for peer in peers.values():
        peer.close()


main()
