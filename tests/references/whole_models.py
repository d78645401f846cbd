"""Whole OpenFlamingo models in their originals' files, with what the originals give: golden references for `flamingo verify`.

    pip install --no-deps open_flamingo==2.0.1 einops      # into the environment of requirements-recent.txt, with tokenizers and pillow
    python whole_models.py [name ...]                      # writes whole/NAME; without names all of them

docs/golden-references.md says what is in a folder. Every number comes from open_flamingo's own `Flamingo` on transformers'
models; this script chooses sizes, seeds, prompts, and the form in which the parts are saved. Values are those that
half precision holds, so that the files are small and everybody computes with the same.
"""

import inspect
import json
import random
import shutil
import sys

import numpy as np
import torch
import transformers
from open_flamingo.src.factory import _infer_decoder_layers_attr_name
from open_flamingo.src.flamingo import Flamingo
from open_flamingo.src.flamingo_lm import FlamingoLMMixin
from open_flamingo.src.helpers import PerceiverResampler
from open_flamingo.src.utils import extend_instance
from PIL import Image
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models
from transformers import (
    CLIPImageProcessor, CLIPVisionConfig, CLIPVisionModel, GPT2Config, GPT2LMHeadModel, GPTNeoXConfig,
    GPTNeoXForCausalLM, LlamaConfig, LlamaForCausalLM, MptConfig, MptForCausalLM, OPTConfig, OPTForCausalLM,
)  # fmt: skip

from generate import VisionEncoder
from shared import HERE, randomise, seed_by_name

FOLDER = HERE / "whole"
LETTERS = 40  # tokens of the language model; `<|endofchunk|>`, `<image>` and `<PAD>` are appended
EOC, IMAGE, PAD = 40, 41, 42
SIZE, PICTURES = 14, 4
NEW_TOKENS, BEAM_TOKENS, BEAMS = 12, 8, 3
IMAGES = [[0, 1], [2], [], [3, 0]]


LAYERS = {"GPT2LMHeadModel": "transformer.h"}  # the factory is told, as by its argument decoder_layers_attr_name


def letter(token):
    """Letters and digits: no text of them is another token's."""
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmn"[token]


def save_tokenizer(folder):
    tokenizer = Tokenizer(models.BPE({letter(i): i for i in range(LETTERS)}, [], unk_token="A"))
    tokenizer.decoder = decoders.Fuse()
    tokenizer.save(str(folder / "tokenizer.json"))


@torch.no_grad()
def halve(module):
    """Values that float16 holds, kept in float32."""
    for parameter in module.parameters():
        parameter.copy_(parameter.half().float())


def make_vision(folder):
    config = CLIPVisionConfig(
        hidden_size=6, intermediate_size=8, num_hidden_layers=1, num_attention_heads=2, image_size=SIZE, patch_size=7,
    )  # fmt: skip
    vision = CLIPVisionModel(config).eval()
    randomise(vision)
    halve(vision)
    vision.save_pretrained(folder / "vision")
    CLIPImageProcessor(
        size={"shortest_edge": SIZE}, crop_size={"height": SIZE, "width": SIZE}
    ).save_pretrained(folder / "vision")
    return vision


class TakingPositions(torch.nn.Module):
    """A layer of GPT-2, which transformers 5 calls with positional arguments; FlamingoLayer passes on named ones alone."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, hidden, *rest, **named):
        signature = inspect.signature(self.layer.decoder_layer.forward)
        given = dict(zip(list(signature.parameters)[1:], rest)) | named
        return self.layer(hidden, **given)


def make_flamingo(vision, language, every):
    """The steps of OpenFlamingo's factory, with random parts in place of downloaded ones."""
    extend_instance(language, FlamingoLMMixin)
    language.set_decoder_layers_attr_name(LAYERS.get(type(language).__name__) or _infer_decoder_layers_attr_name(language))
    language.resize_token_embeddings(PAD + 1, mean_resizing=False)
    model = Flamingo(
        VisionEncoder(vision), language, EOC, IMAGE, vis_dim=vision.config.hidden_size, cross_attn_every_n_layers=every
    )
    if isinstance(language, GPT2LMHeadModel):
        layers = language._get_decoder_layers()
        language._get_decoder_layers = lambda: layers
        calls = torch.nn.ModuleList(TakingPositions(layer) for layer in layers)
        language.transformer.register_forward_pre_hook(lambda module, _: setattr(module, "h", calls))
        language.transformer.register_forward_hook(lambda module, *_: setattr(module, "h", layers), always_call=True)
    model.perceiver = PerceiverResampler(dim=vision.config.hidden_size, depth=1)
    model.eval().requires_grad_(False)
    for trained in (model.perceiver, language.gated_cross_attn_layers, language.get_input_embeddings()):
        randomise(trained)
    halve(model)
    return model


def trained_weights(model):
    """`filter_state_dict_to_trainable` of open_flamingo's training, on what its factory makes trainable."""
    from shared import stand_in

    stand_in("wandb braceexpand webdataset")
    from open_flamingo.train.train_utils import filter_state_dict_to_trainable

    for trained in (model.perceiver, model.lang_encoder.gated_cross_attn_layers, model.lang_encoder.get_input_embeddings()):
        trained.requires_grad_(True)
    state = filter_state_dict_to_trainable(model, dict(model.state_dict()))
    model.requires_grad_(False)
    # The filter keeps a head only where it is tied or has "embed" in its name; the new tokens' rows of another one are
    # lost, and drawn anew at each loading. What is compared needs them.
    head = "lang_encoder.lm_head.weight"
    whole = model.state_dict()
    if head in whole and head not in state:
        state[head] = whole[head]
    return {name: tensor.clone().half() for name, tensor in state.items()}


def prompts_and_steps(seed):
    draw = random.Random(seed)
    text = lambda n: [draw.randrange(LETTERS) for _ in range(n)]
    prompts = [
        [IMAGE, *text(3), EOC, IMAGE, *text(2)],
        [*text(2), IMAGE, *text(3)],
        text(4),
        [IMAGE, IMAGE, *text(3)],
    ]
    return prompts, [text(len(prompts)) for _ in range(2)]


def forward(model, pixels, images, ids):
    """Log-probabilities of every place of one row. A row without pictures is given one that no token looks at."""
    shown = pixels[images] if images else torch.zeros_like(pixels[:1])
    logits = model(shown[None, :, None], torch.tensor([ids]), attention_mask=torch.ones(1, len(ids), dtype=torch.long)).logits
    return logits[0].log_softmax(-1)


def is_never_chosen(log_probabilities):
    """The original's evaluation forbids nothing; this project never writes a picture's mark or padding."""
    log_probabilities[..., [IMAGE, PAD]] = -torch.inf
    return log_probabilities


def greedy(model, pixels, images, ids):
    new = []
    while len(new) < NEW_TOKENS and EOC not in new:
        new.append(int(is_never_chosen(forward(model, pixels, images, ids + new)[-1]).argmax()))
    return new + [PAD] * (NEW_TOKENS - len(new))


def beam_search(model, pixels, images, ids):
    """transformers' beam search with a length penalty of 0 and early_stopping=False, one forward pass a hypothesis."""
    live, done = [([], 0.0)], []
    for step in range(BEAM_TOKENS):
        scored = []
        for tokens, score in live:
            row = is_never_chosen(forward(model, pixels, images, ids + tokens)[-1].double())
            scored += [(tokens + [token], score + float(value)) for token, value in enumerate(row)]
        scored.sort(key=lambda each: -each[1])
        best, live = scored[: 2 * BEAMS], []
        for rank, (tokens, score) in enumerate(best):
            if tokens[-1] == EOC:
                if rank < BEAMS:
                    done.append((tokens, score))
            elif len(live) < BEAMS:
                live.append((tokens, score))
        done = sorted(done, key=lambda each: -each[1])[:BEAMS]
        if len(done) == BEAMS and done[-1][1] >= live[0][1]:
            break
    else:
        done = sorted(done + live, key=lambda each: -each[1])[:BEAMS]
    tokens = [each + [PAD] * (BEAM_TOKENS - len(each)) for each, _ in done]
    return torch.tensor(tokens), torch.tensor([score for _, score in done])


@torch.no_grad()
def expected(model, pixels, prompts, steps):
    rows = list(zip(prompts, IMAGES, zip(*steps)))
    tensors = {"pixels": pixels}
    for row, (prompt, images, further) in enumerate(rows):
        tensors[f"logits.{row}"] = forward(model, pixels, images, prompt + list(further))
    tensors["greedy"] = torch.tensor([greedy(model, pixels, images, prompt) for prompt, images, _ in rows])
    for row in (0, 1):
        tensors[f"beam.{row}.tokens"], tensors[f"beam.{row}.scores"] = beam_search(model, pixels, IMAGES[row], prompts[row])
    return tensors


def command_line(model, vision_folder, folder, seed):
    """A prompt of two examples and a question, as `flamingo run` puts it, and the answer in letters."""
    images = folder / "images"
    images.mkdir()
    draw = np.random.default_rng(seed)
    pictures = [Image.fromarray(draw.integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)) for _ in range(3)]
    for index, picture in enumerate(pictures):
        picture.save(images / f"{index}.png")
    pixels = CLIPImageProcessor.from_pretrained(vision_folder)(pictures, return_tensors="pt")["pixel_values"]
    words = ["BneT", "nTF", "cc"]
    ids = lambda text: [next(i for i in range(LETTERS) if letter(i) == each) for each in text]
    prompt = [IMAGE, *ids(words[0]), EOC, IMAGE, *ids(words[1]), EOC, IMAGE, *ids(words[2])]
    new = []
    while len(new) < 20 and EOC not in new:
        new.append(int(is_never_chosen(forward(model, pixels, [0, 1, 2], prompt + new)[-1]).argmax()))
    args = ["--shot", "images/0.png", words[0], "--shot", "images/1.png", words[1], "--image", "images/2.png", "--text", words[2]]
    return {"args": args, "text": "".join(letter(token) for token in new if token < LETTERS)}


def write_case(name, language, save_language, *, every=1, note="", checkpoint="checkpoint.pt", wrap=lambda state: state, cli=False, seed=0):
    """
    save_language: writes the language model's weights and config into a folder, before it is resized
    wrap: what the checkpoint's weights are saved as
    """
    seed_by_name(name, seed)
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    vision = make_vision(folder)
    randomise(language)
    for norm_name, parameter in language.named_parameters():
        if "final" in norm_name or "norm_f" in norm_name or "ln_f" in norm_name or norm_name == "model.norm.weight":
            parameter.data.mul_(2)  # sharper, so less of a tie
    halve(language)
    (folder / "language").mkdir()
    save_language(folder / "language", language)
    save_tokenizer(folder / "language")
    model = make_flamingo(vision, language.eval(), every)
    torch.save(wrap(trained_weights(model)), folder / checkpoint)
    prompts, steps = prompts_and_steps(name)
    pixels = torch.randn(PICTURES, 3, SIZE, SIZE)
    tensors = expected(model, pixels, prompts, steps)
    assert len(set(tensors["greedy"].flatten().tolist())) > 4, f"{name}: there is something to compare"
    exact = expected(model.double(), pixels.double(), prompts, steps)
    for key, value in tensors.items():
        if value.dtype == torch.int64:
            assert torch.equal(value, exact[key]), f"{name}: {key} hangs on rounding"
    model.float()
    case = {
        "kind": "open-flamingo",
        "transformers": transformers.__version__,
        "note": note,
        "compile": ["--open-flamingo", checkpoint, "--vision", "vision", "--language", "language"],
        "prompts": prompts,
        "images": IMAGES,
        "steps": steps,
        "special": {"endOfChunk": EOC, "image": IMAGE, "padding": PAD},
    }
    if cli:
        case["cli"] = command_line(model, folder / "vision", folder, len(name))
    case["refusal"] = None
    write_json(folder / "case.json", case)
    save_file({key: value.float().contiguous() if value.is_floating_point() else value for key, value in tensors.items()}, folder / "expected.safetensors")


def write_json(path, value):
    path.write_text(json.dumps(value) + "\n")


def save_pretrained(folder, language):
    """As transformers itself writes it, in half precision."""
    language.half().save_pretrained(folder)
    language.float()


def as_bin(folder, language):
    """As transformers wrote it before safetensors: every name of the state dict, tied ones too."""
    language.config.save_pretrained(folder)
    torch.save({name: tensor.half() for name, tensor in language.state_dict().items()}, folder / "pytorch_model.bin")


SIZES = dict(vocab_size=LETTERS, hidden_size=8, num_attention_heads=2, num_hidden_layers=2)


def llama(tied):
    return LlamaForCausalLM(LlamaConfig(**SIZES, intermediate_size=12, max_position_embeddings=64, tie_word_embeddings=tied))


def opt(**options):
    sizes = {**SIZES, "word_embed_proj_dim": SIZES["hidden_size"], **options}
    return OPTForCausalLM(OPTConfig(**sizes, ffn_dim=12, max_position_embeddings=64, dropout=0.0, pad_token_id=None))


def mpt(**options):
    sizes = dict(vocab_size=LETTERS, d_model=8, n_heads=2, n_layers=2, expansion_ratio=2, max_seq_len=64)
    return MptForCausalLM(MptConfig(**sizes, **options))


def gpt2(**options):
    sizes = dict(vocab_size=LETTERS, n_embd=8, n_head=2, n_layer=2, n_inner=12, n_positions=64)
    return GPT2LMHeadModel(GPT2Config(**sizes, **options))


def gpt_neox(**options):
    sizes = dict(**SIZES, intermediate_size=12, rotary_pct=0.5, max_position_embeddings=64)
    return GPTNeoXForCausalLM(GPTNeoXConfig(**sizes, **options))


def as_safetensors(folder, language):
    """Every name of the state dict with values of its own: a tied head is stored twice."""
    language.config.save_pretrained(folder)
    save_file({name: tensor.half().clone() for name, tensor in language.state_dict().items()}, folder / "model.safetensors")


def renamed(old, new):
    return lambda state: {name.replace(old, new): tensor for name, tensor in state.items()}


def lightning(state):
    """As `wrapped_checkpoints.py` has it from Lightning itself, apart from what it keeps of the run."""
    return {"epoch": 1, "global_step": 7, "state_dict": {f"model.{name}": tensor for name, tensor in state.items()}, "optimizer_states": []}


CASES = {
    "llama-tied": lambda name: write_case(
        name, llama(True), as_bin, cli=True,
        note="a tied head is stored as a copy, in the language model's .bin and in the checkpoint",
    ),
    "opt-350m": lambda name: write_case(
        name, opt(word_embed_proj_dim=4, do_layer_norm_before=False), save_pretrained,
        note="embeddings narrower than the layers, norms after the residual sums, no final norm",
    ),
    "mpt-tied": lambda name: write_case(
        name, mpt(), as_safetensors, every=2, note="a tied head stored with values of its own, in the folder and in the checkpoint"
    ),
    "gpt2-tied": lambda name: write_case(
        name, gpt2(), as_safetensors, every=2, seed=3, note="a tied head stored with values of its own, in the folder and in the checkpoint"
    ),
    "gpt-neox-old-head": lambda name: write_case(
        name, gpt_neox(), as_safetensors, every=2, checkpoint="last.ckpt",
        wrap=lambda state: lightning(renamed("lang_encoder.lm_head.", "lang_encoder.embed_out.")(state)),
        note="a head under one name in the folder and under another in the checkpoint, which is Lightning's",
    ),
    "opt-untied": lambda name: write_case(
        name, opt(tie_word_embeddings=False), save_pretrained, note="OPT with a head of its own"
    ),
    "mpt-untied": lambda name: write_case(
        name, mpt(tie_word_embeddings=False), save_pretrained, seed=1, note="MPT with a head of its own"
    ),
    "gpt2-untied": lambda name: write_case(
        name, gpt2(tie_word_embeddings=False), save_pretrained, every=2, note="GPT-2 with a head of its own"
    ),
    "gpt-neox-tied": lambda name: write_case(
        name, gpt_neox(tie_word_embeddings=True), as_bin, every=2, seed=3, note="GPT-NeoX whose embeddings are its head"
    ),
}  # fmt: skip


def main():
    for name in sys.argv[1:] or CASES:
        CASES[name](name)


if __name__ == "__main__":
    main()
