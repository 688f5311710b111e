"""Holds exported ONNX networks against Glint. Used by tools/test-export; arguments: the program, the folder of shipped
models, pictures for each of them, how many random models.

Each int8 model is exported with codes of int8 and of uint8, and runs in ONNX Runtime in these ways:
  int8 allowed   int8 codes, session.qdqisint8allowed=1: what aarch64 does unasked
  uint8          uint8 codes, nothing said
  as it is       int8 codes, nothing said: on x86, what several nodes read is computed in float
  unoptimized    int8 codes, ORT_DISABLE_ALL: every convolution in float
All values are outputs then. The first two must give Glint's bytes; for the others the share that differs is printed.
"""

import json
import pathlib
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime
from onnx import helper
from safetensors.numpy import load_file

from onnx_runs import LEVELS, as_glint_lays, run, session
from random_models import RandomModel
from test_data import picture, png

WAYS = {
    "int8 allowed": ("int8", {"session.qdqisint8allowed": "1"}, LEVELS.ORT_ENABLE_ALL, True),
    "int8 allowed, extended": ("int8", {"session.qdqisint8allowed": "1"}, LEVELS.ORT_ENABLE_EXTENDED, True),
    "uint8": ("uint8", {}, LEVELS.ORT_ENABLE_ALL, True),
    "as it is": ("int8", {}, LEVELS.ORT_ENABLE_ALL, False),
    "unoptimized": ("int8", {}, LEVELS.ORT_DISABLE_ALL, False),
}


def glint(*arguments):
    return run(GLINT, *arguments)


def with_codes(model, kind):
    """The network with every value's codes as outputs, by the names of Glint's values."""
    model = onnx.ModelProto.FromString(model.SerializeToString())
    element = onnx.TensorProto.INT8 if kind == "int8" else onnx.TensorProto.UINT8
    names = {}
    for node in model.graph.node:
        if node.op_type == "QuantizeLinear":
            # The last of a value is the one after its clamp.
            value = node.input[2].rsplit(".zero_point", 1)[0]
            names[value] = node.output[0]
    for name in names.values():
        model.graph.output.append(helper.make_tensor_value_info(name, element, None))
    return model, names


def tensors_sha(path):
    return json.loads(glint("inspect", path, "--json"))["sha256"]


def round_trip(model, network, folder):
    """Whether the file imports as the model that it was made of."""
    back = folder / "back.safetensors"
    back.unlink(missing_ok=True)
    glint("import", network, "-o", back)
    if tensors_sha(back) != tensors_sha(model):
        sys.exit(f"{model}: imported from its export, it is another model")


def check_int8(model, count, folder, random, totals):
    networks = {}
    for kind in ("int8", "uint8"):
        path = folder / f"{kind}.onnx"
        glint("export", model, "-o", path, "--codes", kind, "--force")
        networks[kind] = onnx.load(path)
        onnx.checker.check_model(networks[kind], full_check=True)
        round_trip(model, path, folder)
    sessions = {}
    for way, (kind, settings, level, _) in WAYS.items():
        network, names = with_codes(networks[kind], kind)
        sessions[way] = (session(network, settings, level), names)
    shape = json.loads(glint("inspect", model, "--json"))["input"]
    size = (shape["height"], shape["width"], shape["channels"])
    for _ in range(count):
        png(folder / "x.png", picture(random, *size))
        glint("inspect", model, "--values", folder / "v.safetensors", "--image", folder / "x.png", "--force")
        ours = load_file(folder / "v.safetensors")
        # What the network was fed, whatever was done to the picture on the way.
        pixels = (ours["input"].reshape(size).astype(np.float32) + 128) / np.float32(255)
        feed = {"input": np.ascontiguousarray(pixels.transpose(2, 0, 1)[None])}
        for way, (runtime, names) in sessions.items():
            kind, _, _, exact = WAYS[way]
            results = dict(zip(names, runtime.run(list(names.values()), feed)))
            for value, theirs in results.items():
                codes = as_glint_lays(theirs).astype(np.int16) - (128 if kind == "uint8" else 0)
                wrong = int((codes != ours[value].ravel()).sum())
                totals[way][0] += codes.size
                totals[way][1] += wrong
                if wrong and exact:
                    print(f"{model.name}, {way}: {value}: {wrong} of {codes.size} differ")


def check_float(model, count, folder, random):
    """The largest difference of an output, as a share of the largest number in it."""
    path = folder / "float.onnx"
    glint("export", model, "-o", path, "--force")
    network = onnx.load(path)
    onnx.checker.check_model(network, full_check=True)
    round_trip(model, path, folder)
    runtime = session(network, {}, LEVELS.ORT_ENABLE_ALL)
    _, channels, height, width = runtime.get_inputs()[0].shape
    worst = 0.0
    for _ in range(count):
        pixels = picture(random, height, width, channels)
        np.save(folder / "x.npy", pixels)
        glint("run", model, "--input", folder / "x.npy", "--output", folder / "y.npy", "--force")
        ours = np.load(folder / "y.npy")
        feed = np.ascontiguousarray((pixels.astype(np.float32) / np.float32(255)).transpose(2, 0, 1)[None])
        theirs = as_glint_lays(runtime.run(None, {"input": feed})[0])
        worst = max(worst, float(np.abs(ours.ravel() - theirs).max() / max(np.abs(ours).max(), 1e-9)))
    return worst


def main():
    shipped, pictures, models = pathlib.Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    totals = {way: [0, 0] for way in WAYS}
    random = np.random.default_rng(1)
    failed = False
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        for model in sorted(shipped.glob("*.safetensors")):
            if ".int8." in model.name:
                check_int8(model, pictures, folder, random, totals)
            else:
                worst = check_float(model, pictures, folder, random)
                print(f"{model.name}: float results differ by at most {worst:.1e} of the largest")
                failed = failed or worst > 1e-4
        worst, count = 0.0, 0
        for seed in range(models):
            path = folder / f"random{seed}.safetensors"
            model = RandomModel(seed)
            model.write(path)
            check_int8(path, 2, folder, random, totals)
            if model.is_smooth:
                model.write(path, "float")
                worst, count = max(worst, check_float(path, 1, folder, random)), count + 1
        if count:
            print(f"{count} random models: float results differ by at most {worst:.1e} of the largest")
            failed = failed or worst > 1e-4
    for way, (compared, wrong) in totals.items():
        exact = WAYS[way][3]
        failed = failed or (exact and wrong > 0)
        print(f"{way}: {wrong} of {compared:,} int8 values differ{'' if exact else ' (not asked to be equal)'}")
    print(f"onnx {onnx.__version__}, ONNX Runtime {onnxruntime.__version__}")
    sys.exit(1 if failed else 0)


GLINT = sys.argv[1]
main()
