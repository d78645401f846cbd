"""
Asks the exported model over HTTP by NVIDIA's own client, with binary tensors: a few-shot question, the same from what was
kept of its examples, and one that is refused.

    python ask.py localhost:PORT MODEL FIRST.png SECOND.png > answers.json
"""

import json
import sys
from pathlib import Path

import numpy as np
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException, np_to_triton_dtype


def ask(client, model, wanted, **inputs):
    def tensor(name, value):
        given = triton.InferInput(name, list(value.shape), np_to_triton_dtype(value.dtype))
        given.set_data_from_numpy(value)
        return given

    made = client.infer(
        model,
        [tensor(name, value) for name, value in inputs.items()],
        outputs=[triton.InferRequestedOutput(name) for name in wanted],
    )
    return {name: made.as_numpy(name) for name in wanted}


def main(address, model, first, second):
    client = triton.InferenceServerClient(address)
    assert client.is_server_ready() and client.is_model_ready(model)
    texts = lambda *values: np.array([value.encode("utf-8") for value in values], object)
    pictures = lambda *paths: np.array([Path(path).read_bytes() for path in paths], object)
    counts = lambda *values: np.array(values, np.int32)
    most = lambda count: np.array([count], np.int32)
    said = lambda made: {"text": made["text"][0].decode("utf-8"), "tokens": made["tokens"].tolist()}
    whole = ask(
        client,
        model,
        ["text", "tokens"],
        texts=texts("Output:a", "Output:b b", "Output:"),
        images=pictures(first, second, first),
        images_of_text=counts(1, 1, 1),
        max_new_tokens=most(6),
    )
    names = [each["name"] for each in client.get_model_metadata(model)["outputs"]]
    keeps = [name for name in names if name.startswith(("kept_", "picture."))]
    kept = ask(
        client,
        model,
        keeps,
        texts=texts("Output:a", "Output:b b", ""),
        images=pictures(first, second),
        images_of_text=counts(1, 1, 0),
        max_new_tokens=most(1),
    )
    again = ask(
        client,
        model,
        ["text", "tokens"],
        texts=texts("Output:a", "Output:b b", "Output:"),
        images=pictures(first),
        images_of_text=counts(1, 1, 1),
        max_new_tokens=most(6),
        **kept,
    )
    try:
        ask(client, model, ["text"], texts=texts("Output:"), max_new_tokens=most(0))
        refused = "an answer"
    except InferenceServerException as error:
        refused = error.message()
    print(json.dumps({"whole": said(whole), "again": said(again), "refused": refused}))


if __name__ == "__main__":
    main(*sys.argv[1:])
