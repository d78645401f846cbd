"""Prompts as the language graph takes them: text, pictures and where each stands. Knows nothing of Triton."""

import base64
import io
import json
from pathlib import Path

import numpy as np
from PIL import Image
from tokenizers import Tokenizer


# A picture whose sides differ more is not resized by its shorter one: the other would take gigabytes.
LARGEST_RATIO = 200


class PromptError(ValueError):
    """What is wrong with a request, in a sentence."""


def round_half_to_even(value):
    return int(round(value))


def file_of(data):
    """A file's bytes, sent as they are or as base64, which no picture file looks like."""
    try:
        return base64.b64decode(data, validate=True)
    except ValueError:
        return data


class Prompts:
    """Writes prompts out, cuts them into tokens and lays these out, as the settings of the model say."""

    def __init__(self, folder):
        folder = Path(folder)
        self.settings = json.loads((folder / "flamingo.json").read_text("utf-8"))
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.special = self.settings["special"]
        self.texts = self.settings["tokens"]
        self.way = self.settings["media"]["way"]
        # Whether the graph of whole answers sees pictures itself.
        self.reads_pixels = self.settings["readsPixels"]

    # Text

    def text_of(self, texts, images_of_text):
        """Every text but the last is an example, answer included; the last is what the answer goes on from."""
        end = self.texts["endOfChunk"]
        pieces = [self._piece(text, count) for text, count in zip(texts, images_of_text)]
        return "".join(piece + ("\n" if end is None else end) for piece in pieces[:-1]) + pieces[-1]

    def _piece(self, text, images):
        marks = [text for name, text in self.texts.items() if isinstance(text, str)]
        for mark in marks:
            if mark and mark in text:
                raise PromptError(f"a text has '{mark}', which the model would read as a special token: leave it out")
        image, around = self.texts["image"], self.texts.get("aroundImages")
        if images and image is None:
            raise PromptError("a picture came with a text but the model reads text alone: leave it out")
        if around is None:
            return (image or "") * images + text
        return (around + (image + around) * images if images else "") + text.strip(" ")

    def tokens_of(self, text):
        encode = lambda each: self.tokenizer.encode(each, add_special_tokens=False).ids
        beginning = self.special["beginning"]
        if beginning is None:
            return encode(text)
        if self.texts.get("beginningInText"):
            return encode(self.texts["beginning"] + text)
        return [beginning, *encode(text)]

    def expanded(self, tokens):
        """Each image token as often as its picture takes places."""
        places = self.settings["keeps"]["features"][0] if self.way == "spliced" else 1
        return [each for token in tokens for each in [token] * (places if token == self.special["image"] else 1)]

    def answer_of(self, tokens):
        stops = set(self.settings["stops"])
        return self.tokenizer.decode([token for token in tokens if token not in stops], skip_special_tokens=True)

    # Pictures

    def pixels_of(self, data):
        """float32 [1, 1, 3, size, size] of a picture in a file, as Pillow reads it: the pixels of `--pixels pillow`."""
        image = self.settings["image"]
        size, short = image["size"], image.get("resizeTo", image["size"])
        try:
            picture = Image.open(io.BytesIO(file_of(data))).convert("RGB")
        except Exception as error:
            # Which object in memory it was helps nobody.
            reason = str(error).split("<")[0].strip() or type(error).__name__
            raise PromptError(f"a picture cannot be read ({reason}): send the bytes of a JPEG, PNG or WebP file") from error
        width, height = picture.size
        if image["resize"] == "stretch":
            resized = (short, short)
        else:
            least = min(width, height)
            if max(width, height) > LARGEST_RATIO * least:
                raise PromptError(
                    f"a picture has {width} x {height} pixels: one side may be at most {LARGEST_RATIO} times as long as the other"
                )
            resized = (
                short if width <= height else int(short * width / least),
                short if height <= width else int(short * height / least),
            )
        rule = {"bicubic": Image.BICUBIC, "bilinear": Image.BILINEAR, "nearest": Image.NEAREST}[image["interpolation"]]
        start = (lambda rest: rest // 2) if image.get("cropStart") == "floor" else lambda rest: round_half_to_even(rest / 2)
        left, top = start(resized[0] - size), start(resized[1] - size)
        cut = picture.resize(resized, rule).crop((left, top, left + size, top + size))
        values = np.asarray(cut, np.float32) / np.float32(255)
        normalised = (values - np.float32(image["mean"])) / np.float32(image["std"])
        return np.ascontiguousarray(normalised.transpose(2, 0, 1)[None, None])

    def no_pictures(self, name):
        """What the vision graph would give of no picture at all."""
        return np.zeros((0, *self.settings["keeps"][name]), np.float32)

    def no_pixels(self):
        """A picture that nobody sees: the graph takes at least one."""
        size = self.settings["image"]["size"]
        return np.zeros((1, 1, 3, size, size), np.float32)

    # Layout

    def layout(self, tokens, read, pictures):
        """
        The inputs of the graph of whole answers for the tokens of one prompt behind those that have been read.

        `pictures` are the outputs of the vision graph by their names, a row for each of the prompt's pictures; none where
        the graph sees them itself.
        """
        new = tokens[read:]
        length = len(new)
        # Of nothing read there is one place, which nobody looks at: not all that tensors pass through take empty ones.
        past = np.full((length, max(1, read)), read > 0)
        mask = np.concatenate([past, np.tri(length, dtype=bool)], axis=1)
        inputs = {
            "tokens": np.array([new], np.int64),
            "positions": np.arange(read, read + length, dtype=np.int64)[None],
            "attention_mask": mask[None],
            "wanted": np.array([length - 1], np.int64),
        }
        ways = {
            "none": lambda *_: ({}, {}),
            "spliced": self._spliced,
            "packed-cross-attention": self._packed,
            "masked-cross-attention": self._masked,
            "latent-cross-attention": self._masked,
        }
        now, later = ways[self.way](tokens, read, pictures)
        return {**inputs, **now, **{f"next.{name}": value for name, value in later.items()}}

    def _spliced(self, tokens, read, pictures):
        image, dim = self.special["image"], self.settings["media"]["dim"]
        before = sum(token == image for token in tokens[:read])
        is_feature = np.array([[token == image for token in tokens[read:]]])
        slots = np.where(is_feature, np.cumsum(is_feature, axis=1) - 1, 0).astype(np.int64)
        now = {"feature_slots": slots, "is_feature": is_feature}
        later = {"feature_slots": np.zeros((1, 1), np.int64), "is_feature": np.zeros((1, 1), bool)}
        if self.reads_pixels:
            # The places of all of the prompt's pictures, in their order.
            return {**now, "feature_slots": np.where(is_feature, slots + before, 0)}, later
        taken = pictures["features"].reshape(-1, dim)[before : before + int(is_feature.sum())]
        nothing = np.zeros((1, dim), np.float32)
        return {**now, "image_features": taken if len(taken) else nothing}, {**later, "image_features": nothing}

    def _sights(self, tokens, sees):
        """For each token the pictures that it sees, and those that text behind all of them does."""
        image, ends = self.special["image"], self.special.get("endOfDocument")
        seen, count, was_image, now = [], 0, False, []
        for token in tokens:
            if token == image:
                goes_on = sees == "all-previous" or (sees == "last-in-a-row" and was_image)
                seen = [*seen, count] if goes_on else [count]
                count += 1
            was_image = token == image
            now.append(seen)
            if token == ends:
                seen = []
        return now, seen

    def _stacked(self, pictures, rows):
        """Outputs of the vision graph as inputs of the language graph; without a row one of zeros, which nobody sees."""
        if self.reads_pixels:
            return {"row_pictures": np.array(rows or [0], np.int64)}
        inputs = {}
        for name, values in pictures.items():
            chosen = values[rows] if rows else np.zeros((1, *values.shape[1:]), values.dtype)
            inputs["media_latents" if name == "latents" else name] = chosen
        return inputs

    def _packed(self, tokens, read, pictures):
        now, later = self._sights(tokens, "last")
        seen = [each[-1] if each else None for each in now[read:]]
        rows = list(dict.fromkeys(each for each in seen if each is not None))
        places = [[place for place, each in enumerate(seen) if each == row] for row in rows] or [[]]
        chunk = max(1, *(len(each) for each in places))
        media_rows = np.zeros((len(places), chunk), np.int64)
        media_slots = np.zeros((1, len(seen)), np.int64)
        has_media = np.zeros((1, len(seen)), bool)
        for row, each in enumerate(places):
            for at, place in enumerate(each):
                media_rows[row, at] = place
                media_slots[0, place] = row * chunk + at
                has_media[0, place] = True
        index = {"media_rows": media_rows, "media_slots": media_slots, "has_media": has_media}
        after = {
            "media_rows": np.zeros((1, 1), np.int64),
            "media_slots": np.zeros((1, 1), np.int64),
            "has_media": np.array([[bool(later)]]),
        }
        return {**self._stacked(pictures, rows), **index}, {**self._stacked(pictures, later[-1:]), **after}

    def _masked(self, tokens, read, pictures):
        now, later = self._sights(tokens, self.settings["media"]["sees"])
        rows = sorted({row for each in now[read:] for row in each})
        mask = np.zeros((1, len(now) - read, max(1, len(rows))), bool)
        for place, each in enumerate(now[read:]):
            for row in each:
                mask[0, place, rows.index(row)] = True
        places = lambda count: np.arange(max(1, count), dtype=np.int64)[None]
        seen_later = np.ones((1, 1, len(later)), bool) if later else np.zeros((1, 1, 1), bool)
        return (
            {**self._stacked(pictures, rows), "media_rows": places(len(rows)), "media_mask": mask},
            {**self._stacked(pictures, later), "media_rows": places(len(later)), "media_mask": seen_later},
        )
