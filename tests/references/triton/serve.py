"""
Reads an exported model repository as Triton does and answers requests with it, since Triton itself needs a container: every
config.pbtxt by Triton's own schema (the one in the package tritonclient), the graphs by Python's ONNX Runtime exactly as
the configs name them, and the Python model by a stand-in of the interface that Triton gives it. An InferenceService is
checked by KServe's published schema, where --kserve names the file of its CRD. With --http it serves KServe's v2 protocol
at a port, which it prints, until its input ends.

    pip install numpy pillow tokenizers onnxruntime "tritonclient[all]" pyyaml jsonschema
    python serve.py REPOSITORY REQUESTS.json [--kserve CRD.yaml] > answers.json
    python serve.py REPOSITORY --http
"""

import argparse
import base64
import http.server
import importlib.util
import json
import sys
import threading
import types
from pathlib import Path

import numpy as np
import onnxruntime
from google.protobuf import json_format, text_format
from tritonclient.grpc import model_config_pb2

DTYPES = {
    "TYPE_BOOL": (np.bool_, "tensor(bool)"),
    "TYPE_INT64": (np.int64, "tensor(int64)"),
    "TYPE_INT32": (np.int32, "tensor(int32)"),
    "TYPE_FP32": (np.float32, "tensor(float)"),
    "TYPE_FP16": (np.float16, "tensor(float16)"),
    "TYPE_STRING": (np.object_, None),
}


def dtype_of(port):
    return DTYPES[model_config_pb2.DataType.Name(port.data_type)]


def check_values(model, port, value, batched):
    """As Triton checks a tensor against the configuration."""
    numpy_type, _ = dtype_of(port)
    shape = value.shape[1:] if batched else value.shape
    fits = len(shape) == len(port.dims) and all(want in (-1, size) for want, size in zip(port.dims, shape))
    if value.dtype != numpy_type or not fits:
        raise AssertionError(f"{model} {port.name}: {value.dtype} {value.shape}, configured {numpy_type} {list(port.dims)}")


class Graph:
    """A model of the ONNX Runtime backend."""

    def __init__(self, folder, config):
        self.config = config
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 2
        path = folder / "1" / (config.default_model_filename or "model.onnx")
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self.batched = config.max_batch_size > 0
        self._check("input", config.input, self.session.get_inputs())
        self._check("output", config.output, self.session.get_outputs())

    def _check(self, kind, configured, actual):
        name = self.config.name
        assert [port.name for port in configured] == [port.name for port in actual], (name, kind)
        for port, found in zip(configured, actual):
            assert dtype_of(port)[1] == found.type, (name, port.name, found.type)
            shape = found.shape
            if self.batched:
                assert not isinstance(shape[0], int), (name, port.name, "the batch is not open")
                shape = shape[1:]
            assert len(shape) == len(port.dims), (name, port.name, shape)
            for size, dim in zip(shape, port.dims):
                assert dim == (size if isinstance(size, int) else -1), (name, port.name, shape, list(port.dims))

    def run(self, inputs, outputs):
        for port in self.config.input:
            check_values(self.config.name, port, inputs[port.name], self.batched)
        assert set(inputs) == {port.name for port in self.config.input}, sorted(inputs)
        return dict(zip(outputs, self.session.run(outputs, inputs)))


class Ensemble:
    """Models that run one after another, as `ensemble_scheduling` says."""

    def __init__(self, config, models):
        self.config, self.models = config, models

    def run(self, inputs, outputs):
        values = dict(inputs)
        for step in self.config.ensemble_scheduling.step:
            model = self.models[step.model_name]
            given = {ours: values[theirs] for ours, theirs in step.input_map.items()}
            for ours, value in model.run(given, list(step.output_map)).items():
                values[step.output_map[ours]] = value
        return {name: values[name] for name in outputs}


def stand_in(models):
    """What Triton gives a Python model as `triton_python_backend_utils`: as much of it as is used."""
    utils = types.ModuleType("triton_python_backend_utils")

    class Tensor:
        def __init__(self, name, value, is_cpu=True):
            self._name, self._value, self._is_cpu = name, value, is_cpu

        def name(self):
            return self._name

        def is_cpu(self):
            return self._is_cpu

        def as_numpy(self):
            assert self._is_cpu, "Tensor is stored in GPU and cannot be converted to NumPy."
            return self._value

    class TritonError:
        def __init__(self, message):
            self._message = message

        def message(self):
            return self._message

    class InferenceResponse:
        def __init__(self, output_tensors, error=None):
            self._outputs, self._error = output_tensors, error

        def output_tensors(self):
            return self._outputs

        def has_error(self):
            return self._error is not None

        def error(self):
            return self._error

    class PreferredMemory:
        def __init__(self, kind, device=0):
            self.kind, self.device = kind, device

    class InferenceRequest:
        def __init__(self, model_name=None, requested_output_names=(), inputs=(), preferred_memory=None):
            self._model, self._wanted, self._inputs = model_name, list(requested_output_names), list(inputs)
            # As of a model on a GPU: what is not asked for in the CPU's memory stays on the card.
            self._is_cpu = preferred_memory is not None and preferred_memory.kind == utils.TRITONSERVER_MEMORY_CPU

        def requested_output_names(self):
            return self._wanted

        def inputs(self):
            return self._inputs

        def exec(self):
            given = {each.name(): each.as_numpy() for each in self._inputs}
            empty = [name for name, value in given.items() if value.size == 0]
            assert not empty, f"tensors without elements: {empty}"
            made = models[self._model].run(given, self._wanted)
            return InferenceResponse([Tensor(name, value, self._is_cpu) for name, value in made.items()])

    utils.Tensor, utils.TritonError, utils.PreferredMemory = Tensor, TritonError, PreferredMemory
    utils.TRITONSERVER_MEMORY_CPU, utils.TRITONSERVER_MEMORY_GPU = "CPU", "GPU"
    utils.TritonModelException = type("TritonModelException", (Exception,), {})
    utils.InferenceRequest, utils.InferenceResponse = InferenceRequest, InferenceResponse
    utils.get_input_tensor_by_name = lambda request, name: next(
        (each for each in request.inputs() if each.name() == name), None
    )
    return utils


def python_model(folder, utils):
    sys.modules["triton_python_backend_utils"] = utils
    sys.path.insert(0, str(folder / "1"))
    for name in ["model", "prompt"]:
        sys.modules.pop(name, None)
    spec = importlib.util.spec_from_file_location("model", folder / "1" / "model.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    model = module.TritonPythonModel()
    model.initialize({"model_repository": str(folder), "model_version": "1", "model_name": folder.name})
    return model


def check_service(repository, crd):
    import jsonschema
    import yaml

    versions = yaml.load(Path(crd).read_text(), Loader=yaml.CSafeLoader)["spec"]["versions"]
    schema = next(each for each in versions if each["name"] == "v1beta1")["schema"]["openAPIV3Schema"]
    jsonschema.validate(yaml.safe_load((repository / "inference-service.yaml").read_text()), schema)


def bytes_of(value, read):
    """A text or the path of a picture, or {"base64": …} of any bytes."""
    return base64.b64decode(value["base64"]) if isinstance(value, dict) else read(value)


def answer(model, config, utils, request):
    """One request, whose `keep` asks for what is kept of its examples, and whose `kept` gives what an earlier one kept."""
    types_of = {port.name: dtype_of(port)[0] for port in config.input}
    inputs = {
        name: np.array(value, types_of[name])
        for name, value in request.items()
        if name not in ("images", "texts", "keep", "kept")
    }
    inputs["texts"] = np.array([bytes_of(each, lambda text: text.encode("utf-8")) for each in request["texts"]], object)
    if request.get("images"):
        inputs["images"] = np.array(
            [bytes_of(each, lambda path: Path(path).read_bytes()) for each in request["images"]], object
        )
    inputs.update(request.get("kept") or {})
    wanted = [port.name for port in config.output] if request.get("keep") else ["text", "tokens", "log_probabilities"]
    response = execute(model, config, utils, inputs, wanted)
    if response.has_error():
        return {"error": response.error().message()}, {}
    outputs = {each.name(): each.as_numpy() for each in response.output_tensors()}
    kept = {name: value for name, value in outputs.items() if name.startswith(("kept_", "picture."))}
    said = {
        "text": outputs["text"][0].decode("utf-8"),
        "tokens": outputs["tokens"].tolist(),
        "log_probabilities": [float(each) for each in outputs["log_probabilities"]],
    }
    return said, kept


def run_graph(models, request):
    """One run of a graph, or of an ensemble of them, on tensors as JSON has them."""
    types_of = {"int64": np.int64, "bool": np.bool_, "float32": np.float32}
    inputs = {
        name: np.array(each["data"], types_of[each["dtype"]]).reshape(each["shape"])
        for name, each in request["inputs"].items()
    }
    made = models[request["model"]].run(inputs, request["outputs"])
    return {
        name: {"shape": list(value.shape), "data": [round(float(each), 6) for each in value.flatten()]}
        for name, value in made.items()
    }


def execute(model, config, utils, inputs, wanted):
    for port in config.input:
        if port.name in inputs:
            check_values(config.name, port, inputs[port.name], False)
        else:
            assert port.optional, port.name
    [response] = model.execute(
        [utils.InferenceRequest("prompts", wanted, [utils.Tensor(name, value) for name, value in inputs.items()])]
    )
    if response.has_error():
        return response
    outputs = {each.name(): each.as_numpy() for each in response.output_tensors()}
    assert set(outputs) == set(wanted), sorted(outputs)
    for port in config.output:
        if port.name in outputs:
            check_values(config.name, port, outputs[port.name], False)
    return response


def serve_http(model, config, utils):
    """KServe's v2 protocol with Triton's extension of binary tensors, for one model."""
    from tritonclient import utils as wire

    def array_of(tensor, body):
        size = (tensor.get("parameters") or {}).get("binary_data_size")
        if tensor["datatype"] == "BYTES":
            values = (
                [text.encode("utf-8") for text in np.array(tensor["data"]).flatten().tolist()]
                if size is None
                else wire.deserialize_bytes_tensor(body.read(size)).tolist()
            )
            array = np.empty(len(values), object)
            array[:] = values
        else:
            kind = wire.triton_to_np_dtype(tensor["datatype"])
            array = np.array(tensor["data"], kind) if size is None else np.frombuffer(body.read(size), kind)
        return array.reshape(tensor["shape"])

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def do_GET(self):
            if self.path == f"/v2/models/{config.name}":
                ports = lambda each: [{"name": port.name, "shape": list(port.dims)} for port in each]
                facts = {"name": config.name, "inputs": ports(config.input), "outputs": ports(config.output)}
                return self.reply(200, json.dumps(facts).encode("utf-8"))
            known = ["/v2/health/live", "/v2/health/ready", f"/v2/models/{config.name}/ready"]
            self.reply(200 if self.path in known else 404, b"")

        def do_POST(self):
            import io

            whole = self.rfile.read(int(self.headers["Content-Length"]))
            header = int(self.headers.get("Inference-Header-Content-Length", len(whole)))
            request, body = json.loads(whole[:header]), io.BytesIO(whole[header:])
            if self.path != f"/v2/models/{config.name}/infer":
                return self.reply(404, json.dumps({"error": f"there is nothing at {self.path}"}).encode("utf-8"))
            inputs = {each["name"]: array_of(each, body) for each in request["inputs"]}
            asked = request.get("outputs") or [{"name": port.name} for port in config.output]
            response = execute(model, config, utils, inputs, [each["name"] for each in asked])
            if response.has_error():
                return self.reply(400, json.dumps({"error": response.error().message()}).encode("utf-8"))
            made = {each.name(): each.as_numpy() for each in response.output_tensors()}
            outputs, binary = [], b""
            for each in asked:
                value = made[each["name"]]
                said = {"name": each["name"], "datatype": wire.np_to_triton_dtype(value.dtype), "shape": list(value.shape)}
                is_binary = (each.get("parameters") or {}).get("binary_data", (request.get("parameters") or {}).get("binary_data_output"))
                if is_binary:
                    data = wire.serialize_byte_tensor(value).item() if value.dtype == object else value.tobytes()
                    said["parameters"] = {"binary_data_size": len(data)}
                    binary += data
                else:
                    said["data"] = [text.decode("utf-8") for text in value] if value.dtype == object else value.flatten().tolist()
                outputs.append(said)
            head = json.dumps({"model_name": config.name, "model_version": "1", "outputs": outputs}).encode("utf-8")
            self.reply(200, head + binary, {"Inference-Header-Content-Length": str(len(head))} if binary else {})

        def reply(self, status, body, headers={}):
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("repository", type=Path)
    parser.add_argument("requests", type=Path, nargs="?")
    parser.add_argument("--kserve")
    parser.add_argument("--http", action="store_true")
    given = parser.parse_args()
    if given.kserve:
        check_service(given.repository, given.kserve)
    configs, models = {}, {}
    folders = sorted((given.repository / "models").iterdir())
    for folder in folders:
        config = text_format.Parse((folder / "config.pbtxt").read_text("utf-8"), model_config_pb2.ModelConfig())
        assert config.name == folder.name
        configs[folder.name] = config
        if config.backend == "onnxruntime":
            models[folder.name] = Graph(folder, config)
    for name, config in configs.items():
        if config.platform == "ensemble":
            models[name] = Ensemble(config, models)
    requests = json.loads(given.requests.read_text("utf-8")) if given.requests else []
    answers = [run_graph(models, request) for request in requests if "model" in request]
    requests = [request for request in requests if "model" not in request]
    for folder in folders:
        config = configs[folder.name]
        if config.backend != "python":
            continue
        utils = stand_in(models)
        model = python_model(folder, utils)
        if given.http:
            return serve_http(model, config, utils)
        kept = {}
        for request in requests:
            if request.get("kept"):
                request["kept"] = kept
            said, keeps = answer(model, config, utils, request)
            kept = keeps or kept
            answers.append(said)
    print(json.dumps({"answers": answers}, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
