"""Runs CLIP's ViT-L/14 and a LLaMA of 336 M weights in int8 here and in PyTorch's `quantize_dynamic`, in turns.

    python int8.py FOLDER [--threads 1] [--rounds 8] [--tokens 64]

Prints the times of one picture, of a prompt and of a token after it, and their ratio: above 1 this project is faster.
Weights are random on both sides. See README.md for what is to be installed.
"""

import argparse
import pathlib
import statistics
import subprocess
import time
import warnings

import torch
from torch.ao.quantization import quantize_dynamic
from transformers import CLIPVisionConfig, CLIPVisionModel, LlamaConfig, LlamaForCausalLM

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
warnings.filterwarnings("ignore")


def compiled(folder, name, model):
    out = folder / name
    if not out.exists():
        command = ["node", "cli/flamingo.mjs", "compile", HERE / model, "--precision", "int8", "--out", out.resolve()]
        subprocess.run(command, cwd=PROJECT, check=True)
    return out.resolve()


def quantised(model):
    return quantize_dynamic(model.eval(), {torch.nn.Linear}, dtype=torch.qint8)


class Here:
    def __init__(self, *arguments):
        command = ["node", "--import", "tsx", HERE / "int8-here.ts", *arguments]
        self.process = subprocess.Popen(
            command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout.readline().strip() == "ready", "it did not start"

    def measure(self, what, tokens):
        self.process.stdin.write(f"{what} {tokens}\n")
        self.process.stdin.flush()
        return [float(each) for each in self.process.stdout.readline().split()]


class There:
    def __init__(self):
        torch.manual_seed(0)
        # The attention that is the fastest of transformers' on the CPU.
        clip = CLIPVisionConfig(
            hidden_size=1024, intermediate_size=4096, num_hidden_layers=24, num_attention_heads=16, patch_size=14
        )
        llama = LlamaConfig(
            hidden_size=1024,
            num_hidden_layers=24,
            num_attention_heads=16,
            num_key_value_heads=4,
            intermediate_size=2816,
            vocab_size=32000,
            max_position_embeddings=4096,
            tie_word_embeddings=False,
        )
        self.vision = quantised(CLIPVisionModel(clip))
        self.language = quantised(LlamaForCausalLM(llama))
        self.pixels = torch.randn(1, 3, 224, 224)

    @torch.inference_mode()
    def measure(self, what, tokens):
        ids = (1 + torch.arange(tokens) * 7919 % 250)[None]
        if what == "vision":
            return timed(lambda: self.vision(self.pixels))
        if what == "prefill":
            return timed(lambda: self.language(ids, use_cache=True, logits_to_keep=1))
        cache = self.language(ids, use_cache=True, logits_to_keep=1).past_key_values
        return timed(lambda: self.language(torch.tensor([[5]]), past_key_values=cache, use_cache=True))


def timed(work):
    processor, clock = time.process_time(), time.perf_counter()
    work()
    return [1000 * (time.process_time() - processor), 1000 * (time.perf_counter() - clock)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--tokens", type=int, default=64)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    folders = [compiled(given.folder, "vision", "vision.ts"), compiled(given.folder, "llama", "llama.ts")]
    here, there = Here(*folders, str(given.threads)), There()
    print(f"int8, {given.threads} thread(s), PyTorch {torch.__version__}; medians of {given.rounds} rounds")
    for what, name in (("vision", "a picture"), ("prefill", f"prompt of {given.tokens}"), ("token", "a token")):
        for each in (here, there):
            each.measure(what, given.tokens)
        rounds = []
        for turn in range(given.rounds):
            order = (here, there) if turn % 2 == 0 else (there, here)
            took = {each: each.measure(what, given.tokens) for each in order}
            rounds.append([took[here], took[there]])
        for kind, index in (("processor", 0), ("clock", 1)):
            ours, theirs = ([pair[which][index] for pair in rounds] for which in (0, 1))
            ratio = statistics.median(b / a for a, b in zip(ours, theirs))
            medians = f"here {statistics.median(ours):.1f} ms, PyTorch {statistics.median(theirs):.1f} ms"
            print(f"{name:13} {kind:9}: {medians}, ratio {ratio:.2f}", flush=True)
    here.process.stdin.close()
    here.process.wait()


main()
