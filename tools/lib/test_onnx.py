"""Runs ONNX's own node tests through Glint. Used by tools/test-onnx; arguments: the program, the file of thresholds,
whether to update it.

A test's further inputs become constants, since Glint's networks have one input; a batch is run one by one. Inputs and
results are turned from channels first to channels last and back, which is how `glint run` has them.
"""

import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np
import onnx
from onnx import numpy_helper

# Operators whose tests must not be refused without a reason that names what would work.
OPERATORS = {
    "Add", "AveragePool", "BatchNormalization", "Cast", "Clip", "Concat", "Constant", "ConstantOfShape", "Conv", "Div",
    "Dropout", "Flatten", "Gemm", "GlobalAveragePool", "GlobalMaxPool", "HardSigmoid", "HardSwish", "Identity",
    "LogSoftmax", "MatMul", "MaxPool", "Mul", "Neg", "Pad", "ReduceMean", "Relu", "Reshape", "Resize", "Sigmoid",
    "Softmax", "Squeeze", "Sub", "Sum", "Transpose", "Unsqueeze", "Upsample",
}


def load(path):
    """A stored tensor as an array."""
    tensor = onnx.TensorProto()
    tensor.ParseFromString(path.read_bytes())
    return numpy_helper.to_array(tensor)


def fits(model):
    """Whether the test is float32 with two or four dimensions and of operators that are imported."""
    if any(node.op_type not in OPERATORS for node in model.graph.node):
        return False
    value = model.graph.input[0] if model.graph.input else None
    if value is None or not value.type.HasField("tensor_type"):
        return False
    kind = value.type.tensor_type
    return kind.elem_type == onnx.TensorProto.FLOAT and len(kind.shape.dim) in (2, 4)


def with_constants(model, arrays):
    """The model with all inputs but the first as initializers, in versions that Glint reads."""
    names = [value.name for value in model.graph.input]
    for name, array in list(zip(names, arrays))[1:]:
        model.graph.initializer.append(numpy_helper.from_array(array, name))
    del model.graph.input[1:]
    model.ir_version = min(model.ir_version, 11)
    # Tests are written for the newest set, and the operators of the list above are the same in it and in 23.
    for opset in model.opset_import:
        opset.version = min(opset.version, 23)
    return model


def run(glint, folder, model, x):
    """The outputs for one element of a batch, or what Glint said against it."""
    path, result = folder / "net.onnx", folder / "net.safetensors"
    result.unlink(missing_ok=True)
    onnx.save(model, path)
    shape = "x".join(str(extent) for extent in x.shape)
    layout = ["--layout", "nchw"] if x.ndim == 4 else []
    done = subprocess.run(
        [glint, "import", path, "-o", result, "--input", shape] + layout, capture_output=True, text=True)
    if done.returncode != 0:
        return None, done.stderr
    numbers = x.transpose(0, 2, 3, 1) if x.ndim == 4 else x
    np.save(folder / "x.npy", np.ascontiguousarray(numbers))
    # Glint has no logarithm at the end: the logits are the network's, and the function is put behind them here.
    logarithm = any(node.op_type == "LogSoftmax" for node in model.graph.node)
    done = subprocess.run(
        [glint, "run", result, "--input", folder / "x.npy", "--output", folder / "y.npy"]
        + (["--logits"] if logarithm else []), capture_output=True, text=True)
    if done.returncode != 0:
        return None, done.stderr
    y = np.load(folder / "y.npy").astype(np.float64)
    if logarithm:
        y -= y.max()
        y -= np.log(np.exp(y).sum())
    return y, ""


def compared(y, wanted):
    """Whether the numbers are those of the test, whose pictures have channels first."""
    if y.size != wanted.size:
        return False
    orders = [y, np.moveaxis(y, -1, 1)] if y.ndim == 4 else [y]
    return any(np.allclose(order.reshape(wanted.shape), wanted, rtol=1e-4, atol=1e-5) for order in orders)


def test(glint, folder, case):
    """`passed`, or `refused` or `failed` with the reason; None for a test of another kind."""
    try:
        model = onnx.load(case / "model.onnx")
    except Exception:
        return None
    if not fits(model) or len(model.graph.output) != 1:
        return None
    data = case / "test_data_set_0"
    count = len(model.graph.input)
    arrays = [load(data / f"input_{index}.pb") for index in range(count)]
    wanted = load(data / "output_0.pb")
    if wanted.dtype != np.float32:
        return None
    model = with_constants(model, arrays)
    x = arrays[0]
    # Constants with a batch of their own go with their element; other shapes of a result are a batch as a whole.
    whole = x.shape[0] == 1 or wanted.shape[:1] != x.shape[:1]
    if whole and x.shape[0] != 1:
        return "refused", "a batch that is no list of single results"
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    for index in range(1 if whole else x.shape[0]):
        single = onnx.ModelProto()
        single.CopyFrom(model)
        if not whole:
            for tensor in single.graph.initializer:
                array = constants[tensor.name]
                if array.ndim == x.ndim and array.shape[0] == x.shape[0] and single.graph.node[0].op_type in (
                        "Add", "Sub", "Mul", "Div", "Sum", "Concat"):
                    tensor.CopyFrom(numpy_helper.from_array(array[index:index + 1], tensor.name))
        y, words = run(glint, folder, single, x[:1] if whole else x[index:index + 1])
        if y is None:
            return "refused", words
        if not compared(y, wanted if whole else wanted[index:index + 1]):
            return "failed", "other numbers"
    return "passed", ""


def reason(words):
    """The reason alone, without names and numbers, for counting."""
    lines = [line for line in words.strip().splitlines() if line.startswith("  node")] or [words.strip()]
    text = re.sub(r"^.*?opset \d+\): |^glint: \S+: |'[^']*'", "", lines[0])
    return re.sub(r"\s+", " ", text)[:110]


def main():
    glint, thresholds, update = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3] == "yes"
    cases = sorted((pathlib.Path(onnx.__file__).parent / "backend/test/data/node").iterdir())
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        for case in cases:
            result = test(glint, pathlib.Path(folder), case)
            if result:
                results[case.name] = result
    refused = collections.defaultdict(list)
    for name, (outcome, words) in results.items():
        if outcome == "refused":
            refused[reason(words)].append(name)
    for words, names in sorted(refused.items(), key=lambda item: -len(item[1])):
        print(f"refused {len(names):3}: {words}\n    {', '.join(names)}")
    failed = [name for name, result in results.items() if result[0] == "failed"]
    for name in failed:
        print(f"failed: {name}: {results[name][1]}")
    passed = sum(result[0] == "passed" for result in results.values())
    print(f"{passed} passed, {sum(map(len, refused.values()))} refused with a reason, {len(failed)} failed, "
          f"of {len(results)} node tests of onnx {onnx.__version__} that fit")
    before = json.loads(thresholds.read_text())["passed"] if thresholds.exists() else 0
    if passed > before and update:
        thresholds.write_text(json.dumps({"passed": passed}) + "\n")
    if passed < before:
        sys.exit(f"{passed} passed, where {thresholds} says {before}")
    if failed:
        sys.exit(1)


main()
