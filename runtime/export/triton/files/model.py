"""The model of prompts: texts and pictures in, an answer out, by the models of the vision and the generation graph."""

import numpy as np
import triton_python_backend_utils as pb_utils

from prompt import PromptError, Prompts


class TritonPythonModel:
    def initialize(self, args):
        self.prompts = Prompts(f"{args['model_repository']}/{args['model_version']}")

    def execute(self, requests):
        return [self._response(request) for request in requests]

    def _response(self, request):
        try:
            wanted = set(request.requested_output_names())
            outputs = self._answer(request, wanted)
            return pb_utils.InferenceResponse(
                output_tensors=[pb_utils.Tensor(name, value) for name, value in outputs.items() if name in wanted]
            )
        except (PromptError, pb_utils.TritonModelException) as error:
            message = str(error)
        except Exception as error:  # Requests that came with this one are answered all the same.
            message = f"the request could not be answered ({type(error).__name__}: {error})"
        return pb_utils.InferenceResponse(output_tensors=[], error=pb_utils.TritonError(message))

    def _answer(self, request, wanted):
        prompts, settings = self.prompts, self.prompts.settings
        texts = [_text(text) for text in _values(request, "texts", [])]
        if not texts:
            raise PromptError("there are no texts: give each example's, and what the answer goes on from last")
        images = list(_values(request, "images", []))
        names = [] if prompts.reads_pixels else settings["keeps"]
        kept = {name: _values(request, f"picture.{name}", prompts.no_pictures(name)) for name in names}
        counts = {len(each) for each in kept.values()} or {0}
        if len(counts) > 1:
            raise PromptError("what was kept of pictures is of different numbers of them: send all of it")
        count = len(images) + counts.pop()
        of_text = [int(each) for each in _values(request, "images_of_text", [1 if count else 0] * len(texts))]
        if len(of_text) != len(texts) or sum(of_text) != count or min(of_text) < 0:
            raise PromptError(
                f"images_of_text says {of_text} for {len(texts)} texts and {count} pictures: give a number for each text, in all as many as pictures"
            )
        tokens = prompts.expanded(prompts.tokens_of(prompts.text_of(texts, of_text)))
        if not tokens:
            raise PromptError("the prompt is empty: give a text or a picture")
        most = int(_one(request, "max_new_tokens", 32))
        room = settings["language"]["contextLength"] - len(tokens)
        if room < 1:
            raise PromptError(
                f"the prompt has {len(tokens)} tokens, and the model reads and writes {len(tokens) + room} in all: shorten it"
            )
        if most < 1 or most > room:
            raise PromptError(
                f"max_new_tokens is {most}, and the prompt's {len(tokens)} tokens leave room for {room}: give from 1 to that"
            )
        choosing = self._choosing(request, most)
        past = [int(each) for each in _values(request, "kept_tokens", [])]
        if past != tokens[: len(past)] or len(past) >= len(tokens):
            raise PromptError("the kept tokens are not the beginning of this prompt: send what was kept of the same examples")
        kept_names = [name for name in settings["past"] if f"kept_{name}" in wanted]
        if most > 1 and any(None not in settings["past"][name] for name in kept_names):
            raise PromptError("the state of a recurrence is kept of a request with max_new_tokens 1 alone: ask so for it")
        cache = self._past(request, len(past))
        pictures, pixels = self._pictures(images, kept)
        inputs = {**prompts.layout(tokens, len(past), pictures), **pixels, **cache, **choosing}
        outputs = ["new_tokens", "log_probabilities", "lengths", *(f"present_{name}" for name in kept_names)]
        made = _run(settings["models"]["generate"], inputs, outputs)
        return self._outputs(made, tokens, len(past), pictures)

    def _pictures(self, images, kept):
        """What the vision graph gives for each picture, those that were kept first; or pixels, where the graph of answers sees."""
        prompts, models = self.prompts, self.prompts.settings["models"]
        pixels = [prompts.pixels_of(bytes(image)) for image in images]
        if prompts.reads_pixels:
            return {}, {"pixels": np.concatenate(pixels or [prompts.no_pixels()])}
        if not images:
            return kept, {}
        made = _run(models["vision"], {"pixels": np.concatenate(pixels)}, list(kept))
        return {name: np.concatenate([kept[name], made[name]]) for name in kept}, {}

    def _past(self, request, length):
        past = {}
        for name, sizes in self.prompts.settings["past"].items():
            given = _values(request, f"kept_{name}", None)
            if given is None and length > 0:
                raise PromptError(f"kept_{name} is missing: send all that was kept of the same examples")
            if length == 0:
                past[f"past_{name}"] = np.zeros([1, *(1 if size is None else size for size in sizes)], np.float32)
                continue
            if given.shape != tuple(length if size is None else size for size in sizes):
                raise PromptError(f"kept_{name} is {list(given.shape)}, which does not go with {length} kept tokens")
            past[f"past_{name}"] = given[None]
        return past

    def _choosing(self, request, most):
        settings, special = self.prompts.settings, self.prompts.special
        temperature = float(_one(request, "temperature", 0))
        top_k, top_p = int(_one(request, "top_k", 0)), float(_one(request, "top_p", 1))
        if not 0 <= temperature < np.inf:
            raise PromptError(f"temperature is {temperature}: give 0 for the likeliest tokens, or a number above it")
        if top_k < 0:
            raise PromptError(f"top_k is {top_k}: give 0 for all tokens, or how many")
        if not 0 < top_p <= 1:
            raise PromptError(f"top_p is {top_p:g}: give a number above 0, and at most 1")
        draws = most if temperature > 0 else 1
        # Of 64 bits, as it came: negative ones too.
        seed = int(_one(request, "seed", 0)) % 2**64
        return {
            "max_new_tokens": np.array([most], np.int64),
            "temperature": np.array([temperature], np.float32),
            "top_k": np.array([top_k], np.int64),
            "top_p": np.array([top_p], np.float32),
            "random": np.random.default_rng(seed).integers(0, 2**53, (1, draws), np.int64),
            # No token is called -1.
            "stop_tokens": np.array(settings["stops"] or [-1], np.int64),
            "suppressed_tokens": np.array(settings["never"] or [-1], np.int64),
            "padding_token": np.array([special["padding"]], np.int64),
        }

    def _outputs(self, made, tokens, read, pictures):
        """What is kept is of the prompt alone, so that another question can follow the same examples."""
        length = int(made["lengths"][0])
        written = made["new_tokens"][0, :length]
        outputs = {
            "text": np.array([self.prompts.answer_of(written.tolist()).encode("utf-8")], object),
            "tokens": written.astype(np.int64),
            "log_probabilities": made["log_probabilities"][0, :length],
            "kept_tokens": np.array(tokens, np.int64),
        }
        # Before nothing that was read stands one empty place.
        start = 0 if read > 0 else 1
        for name, sizes in self.prompts.settings["past"].items():
            value = made.get(f"present_{name}")
            if value is not None:
                of_prompt = tuple(slice(start, start + len(tokens)) if size is None else slice(None) for size in sizes)
                outputs[f"kept_{name}"] = np.ascontiguousarray(value[0][of_prompt])
        return {**outputs, **{f"picture.{name}": value for name, value in pictures.items()}}


def _text(value):
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PromptError(f"a text is not UTF-8 (byte {error.start}): send it as UTF-8") from error


def _values(request, name, default):
    tensor = pb_utils.get_input_tensor_by_name(request, name)
    return default if tensor is None else tensor.as_numpy()


def _one(request, name, default):
    return _values(request, name, [default])[0]


def _run(model, inputs, outputs):
    """Runs another model of the repository."""
    tensors = [pb_utils.Tensor(name, np.ascontiguousarray(value)) for name, value in inputs.items()]
    request = pb_utils.InferenceRequest(
        model_name=model,
        requested_output_names=outputs,
        inputs=tensors,
        # A GPU would leave them where numpy reads nothing.
        preferred_memory=pb_utils.PreferredMemory(pb_utils.TRITONSERVER_MEMORY_CPU, 0),
    )
    response = request.exec()
    if response.has_error():
        raise pb_utils.TritonModelException(response.error().message())
    return {tensor.name(): tensor.as_numpy() for tensor in response.output_tensors()}
