"""Asks the model over KServe's v2 protocol: python client.py http://localhost:8000 --shot cat.jpg "a cat." --image dog.jpg"""

import argparse
import base64
import json
import sys
import urllib.error
import urllib.request
from pathlib import Path


def ask(address, texts, images, images_of_text, **settings):
    """The answer's text. `images` are the bytes of picture files, in the order of the texts that they belong to."""
    strings = lambda name, values: {
        "name": name, "datatype": "BYTES", "shape": [len(values)], "data": values,
    }
    inputs = [strings("texts", texts)]
    if images:
        # JSON has no bytes: files go as base64, which the model reads too.
        inputs.append(strings("images", [base64.b64encode(image).decode("ascii") for image in images]))
    inputs.append({"name": "images_of_text", "datatype": "INT32", "shape": [len(texts)], "data": images_of_text})
    types = {"max_new_tokens": "INT32", "temperature": "FP32", "top_k": "INT32", "top_p": "FP32", "seed": "INT64"}
    inputs += [
        {"name": name, "datatype": types[name], "shape": [1], "data": [value]}
        for name, value in settings.items()
        if value is not None
    ]
    body = json.dumps({"inputs": inputs, "outputs": [{"name": "text"}]}).encode("utf-8")
    request = urllib.request.Request(
        f"{address}/v2/models/MODEL_NAME/infer", body, {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request) as response:
            outputs = json.load(response)["outputs"]
    except urllib.error.HTTPError as error:
        sys.exit(json.load(error)["error"])
    return next(output["data"][0] for output in outputs if output["name"] == "text")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("--shot", nargs=2, action="append", default=[], metavar=("PICTURE", "TEXT"))
    parser.add_argument("--image", action="append", default=[])
    parser.add_argument("--text", default="")
    for name, kind in [("max-new-tokens", int), ("temperature", float), ("top-k", int), ("top-p", float), ("seed", int)]:
        parser.add_argument(f"--{name}", type=kind)
    given = vars(parser.parse_args())
    shots, asked = given.pop("shot"), given.pop("image")
    pictures = [Path(path).read_bytes() for path in [*(path for path, _ in shots), *asked]]
    texts = [*(text for _, text in shots), given.pop("text")]
    print(ask(given.pop("address"), texts, pictures, [1] * len(shots) + [len(asked)], **given))
