"""Holds exported ONNX networks against Glint. Used by tools/test-export; arguments: the program, the folder of shipped
models, pictures for each of them, how many random models.

Each int8 model is exported with codes of int8 and of uint8, and runs in ONNX Runtime in these ways:
  int8 allowed   int8 codes, session.qdqisint8allowed=1: what aarch64 does unasked
  uint8          uint8 codes, nothing said
  as it is       int8 codes, nothing said: on x86, what several nodes read is computed in float
  unoptimized    int8 codes, ORT_DISABLE_ALL: every convolution in float
All values are outputs then. The first two must give Glint's bytes; for the others the share that differs is printed.

The shipped networks also go with results of 16 bits, all of them, and every second one: ONNX Runtime computes their
convolutions in float, so that a code may be the neighbour of Glint's, and what is made of it lies near.
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


# What only moves codes, and has those of what it reads.
MOVES = {"max_pool2d", "flatten", "reshape", "upsample_nearest"}


def glint(*arguments):
    return run(GLINT, *arguments)


def with_codes(model, kind):
    """The network with every value's codes as outputs, by the names of Glint's values."""
    model = onnx.ModelProto.FromString(model.SerializeToString())
    element = onnx.TensorProto.INT8 if kind == "int8" else onnx.TensorProto.UINT8
    types = {one.name: one.data_type for one in model.graph.initializer}
    names, elements = {}, {}
    for node in model.graph.node:
        if node.op_type == "QuantizeLinear":
            # The last of a value is the one after its clamp.
            value = node.input[2].rsplit(".zero_point", 1)[0]
            names[value] = node.output[0]
            wide = types[node.input[2]] == onnx.TensorProto.INT16
            elements[node.output[0]] = onnx.TensorProto.INT16 if wide else element
    for name in names.values():
        model.graph.output.append(helper.make_tensor_value_info(name, elements[name], None))
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


def check_sixteen(model, record, layers, count, folder, random):
    """How far ONNX Runtime is from Glint: the farthest code, in steps of 16 bits, the share of codes that differ, and
    the farthest probability."""
    path, network = folder / "sixteen.safetensors", folder / "sixteen.onnx"
    glint("quantize", model, "--record", record, "--method", f"min-max+sixteen-bits={layers}", "-o", path, "--force")
    farthest, differ, codes, answer = 0, 0, 0, 0.0
    for kind in ("int8", "uint8"):
        glint("export", path, "-o", network, "--codes", kind, "--force")
        exported = onnx.load(network)
        onnx.checker.check_model(exported, full_check=True)
        round_trip(path, network, folder)
        wide, names = with_codes(exported, kind)
        settings = {"session.qdqisint8allowed": "1"} if kind == "int8" else {}
        runtime = session(wide, settings, LEVELS.ORT_ENABLE_ALL)
        _, channels, height, width = runtime.get_inputs()[0].shape
        for _ in range(count):
            png(folder / "x.png", picture(random, height, width, channels))
            glint("inspect", path, "--values", folder / "v.safetensors", "--image", folder / "x.png", "--force")
            ours = load_file(folder / "v.safetensors")
            pixels = (ours["input"].reshape(height, width, channels).astype(np.float32) + 128) / np.float32(255)
            feed = {"input": np.ascontiguousarray(pixels.transpose(2, 0, 1)[None])}
            for value, theirs in zip(names, runtime.run(list(names.values()), feed)):
                theirs = as_glint_lays(theirs).astype(np.int32)
                narrow = ours[value].dtype == np.int8
                off = np.abs(theirs - (128 if kind == "uint8" and narrow else 0) - ours[value].ravel().astype(np.int32))
                farthest = max(farthest, int(off.max()) * (256 if narrow else 1))
                differ, codes = differ + int((off > 0).sum()), codes + off.size
            np.save(folder / "x.npy", (ours["input"].reshape(height, width, channels).astype(np.int16) + 128)
                    .astype(np.uint8))
            glint("run", path, "--input", folder / "x.npy", "--output", folder / "y.npy", "--force")
            theirs = as_glint_lays(runtime.run(["probabilities"], feed)[0])
            answer = max(answer, float(np.abs(theirs - np.load(folder / "y.npy").ravel()).max()))
    return farthest, differ / codes, answer


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
        for record in sorted(shipped.glob("*.calibration.json")):
            model = shipped / record.name.replace(".calibration.json", ".safetensors")
            facts = json.loads(glint("inspect", model, "--json"))
            if len(facts["labels"]) < 2:
                continue
            computed = [layer["name"] for layer in facts["layers"][:-1] if layer["operator"] not in MOVES]
            # Beside values of 8 bits a neighbour may be the other side of a tie, 256 times as far.
            for what, layers, most in (("all", "all", 1e-3), ("every second result", ",".join(computed[::2]), 2e-2)):
                farthest, share, answer = check_sixteen(model, record, layers, pictures, folder, random)
                print(f"{model.name}, {what} in 16 bits: {share:.2%} of codes differ, by at most {farthest} steps of "
                      f"16 bits; probabilities by at most {answer:.1e}")
                failed = failed or answer > most
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
