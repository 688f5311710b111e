"""Runs ONNX's own backend tests through Glint. Used by tools/test-onnx; arguments: the program, the file of thresholds,
whether to update it.

A test of several inputs is tried with all of them, and where its operators want constants there, with all but the first
as constants. Of such a test three ways are tried in turn. The test as it is, where its input is a picture. Its tensors
as lists: a picture of one channel goes in, becomes the test's tensor by a Reshape, and the results become lists by
another, so that any extents go in and the file's own order comes out. And a batch one by one.
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
from onnx import helper, numpy_helper

# Operators whose tests must not be refused without a reason that names what would work.
OPERATORS = {
    "Abs", "Add", "AveragePool", "BatchNormalization", "Cast", "Celu", "Clip", "Concat", "Constant", "ConstantOfShape",
    "Conv", "ConvTranspose", "DepthToSpace", "Div", "Dropout", "Elu", "Erf", "Exp", "Expand", "Flatten", "Gather",
    "Gelu", "Gemm", "GlobalAveragePool", "GlobalMaxPool", "HardSigmoid", "HardSwish", "Identity", "LeakyRelu", "Log",
    "LogSoftmax", "MatMul", "Max", "MaxPool", "Mean", "Min", "Mish", "Mul", "Neg", "PRelu", "Pad", "Pow", "Reciprocal",
    "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceSum", "ReduceSumSquare",
    "Relu", "Reshape", "Resize", "Selu", "Sigmoid", "Slice",
    "Softmax", "Softplus", "Softsign", "SpaceToDepth", "Split", "Sqrt", "Squeeze", "Sub", "Sum", "Swish", "Tanh",
    "ThresholdedRelu", "Transpose", "Unsqueeze", "Upsample",
}
# The folders of tests in the package.
FOLDERS = ["node", "pytorch-converted", "pytorch-operator", "simple"]


def load(path):
    """A stored tensor as an array."""
    tensor = onnx.TensorProto()
    tensor.ParseFromString(path.read_bytes())
    return numpy_helper.to_array(tensor)


def true_inputs(model):
    """The inputs that are no initializers."""
    constants = {tensor.name for tensor in model.graph.initializer}
    return [value for value in model.graph.input if value.name not in constants]


def fits(model):
    """Whether the test is float32 with two or four dimensions and of operators that are imported."""
    if any(node.op_type not in OPERATORS or node.domain not in ("", "ai.onnx") for node in model.graph.node):
        return False
    inputs = true_inputs(model)
    if not inputs or not inputs[0].type.HasField("tensor_type"):
        return False
    kind = inputs[0].type.tensor_type
    return kind.elem_type == onnx.TensorProto.FLOAT and len(kind.shape.dim) in (2, 4)


def readable(model):
    """The model in versions that Glint reads."""
    model.ir_version = min(max(model.ir_version, 3), 11)
    # Tests are written for the newest set, and the operators of the list above are the same in it and in 23. Those of
    # PyTorch are of set 6, which differs from 7 in operands that are told to broadcast.
    for opset in model.opset_import:
        opset.version = min(max(opset.version, 7), 23)
    return model


def copied(model):
    """Another model of the same nodes."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    return copy


def with_constants(model, arrays):
    """The model with all inputs but the first as initializers."""
    model = copied(model)
    inputs = true_inputs(model)
    for value, array in list(zip(inputs, arrays))[1:]:
        model.graph.initializer.append(numpy_helper.from_array(array, value.name))
    del model.graph.input[:]
    model.graph.input.append(inputs[0])
    return model


def as_lists(model, arrays):
    """The model with pictures of one channel as its inputs, which become its tensors, and lists as its results."""
    model = copied(model)
    graph = model.graph
    names = [value.name for value in true_inputs(model)]
    del graph.input[:]
    nodes, pictures = [], []
    graph.initializer.append(numpy_helper.from_array(np.array([1, -1], np.int64), "glint.list"))
    for number, (name, x) in enumerate(zip(names, arrays)):
        columns = x.shape[-1] if x.ndim else 1
        picture, shape = f"glint.picture{number}", f"glint.shape{number}"
        pictures.append(x.reshape([1, 1, x.size // columns, columns]))
        graph.input.append(helper.make_tensor_value_info(picture, onnx.TensorProto.FLOAT, pictures[-1].shape))
        graph.initializer.append(numpy_helper.from_array(np.array(x.shape, np.int64), shape))
        nodes.append(helper.make_node("Reshape", [picture, shape], [name]))
    nodes += list(graph.node)
    for number, value in enumerate(graph.output):
        nodes.append(helper.make_node("Reshape", [value.name, "glint.list"], [f"glint.result{number}"]))
    outputs = [helper.make_tensor_value_info(f"glint.result{number}", onnx.TensorProto.FLOAT, None)
               for number in range(len(graph.output))]
    del graph.node[:]
    graph.node.extend(nodes)
    del graph.output[:]
    graph.output.extend(outputs)
    return model, pictures


def run(glint, folder, model, arrays):
    """The outputs for one element of a batch, or what Glint said against it."""
    path, result = folder / "net.onnx", folder / "net.safetensors"
    onnx.save(model, path)
    names = [value.name for value in true_inputs(model)]
    layout = ["--layout", "nchw"] if arrays[0].ndim == 4 else []
    for name, x in zip(names, arrays):
        layout += ["--input", name + "=" + "x".join(str(extent) for extent in x.shape)]
    done = subprocess.run(
        [glint, "import", path, "-o", result, "--force"] + layout, capture_output=True, text=True)
    if done.returncode != 0:
        return None, done.stderr
    np.savez(folder / "x.npz", **dict(zip(names, arrays)))
    done = subprocess.run(
        [glint, "run", result, "--input", folder / "x.npz", "--output", folder / "y.npz", "--force"],
        capture_output=True, text=True)
    if done.returncode != 0:
        return None, done.stderr
    with np.load(folder / "y.npz") as arrays:
        return [arrays[name].astype(np.float64) for name in arrays.files], ""


def compared(y, wanted):
    """Whether the numbers are those of the test."""
    if y.size != wanted.size:
        return False
    order = y.reshape(wanted.shape)
    # Some tests hold numbers that were rounded to four decimals, before and after.
    is_rounded = np.array_equal(np.round(wanted, 4), wanted)
    return np.allclose(order, wanted, rtol=1e-4, atol=1e-4 if is_rounded else 1e-5, equal_nan=True)


def test(glint, folder, case):
    """`passed`, or `refused` or `failed` with the reason; None for a test of another kind."""
    try:
        model = onnx.load(case / "model.onnx")
    except Exception:
        return None
    if not fits(model):
        return None
    data = case / "test_data_set_0"
    inputs = true_inputs(model)
    arrays = [load(data / f"input_{index}.pb") for index in range(len(inputs)) if inputs[index].name]
    wanted = [load(data / f"output_{index}.pb") for index in range(len(model.graph.output))]
    if any(array.dtype != np.float32 or array.size == 0 for array in wanted + arrays[:1]):
        return None
    model = readable(model)
    if len(arrays) > 1 and all(array.dtype == np.float32 and array.size > 0 for array in arrays):
        found, _ = run(glint, folder, *as_lists(model, arrays))
        if found is not None:
            same = all(compared(y, array) for y, array in zip(found, wanted))
            return ("passed with all inputs", "") if same else ("failed", "other numbers with all inputs")
    model = with_constants(model, arrays)
    x = arrays[0]
    reasons = []
    if x.shape[0] == 1:
        found, words = run(glint, folder, model, [x])
        if found is not None:
            same = all(compared(y, array) for y, array in zip(found, wanted))
            return ("passed", "") if same else ("failed", "other numbers as a picture")
        reasons.append(words)
    found, words = run(glint, folder, *as_lists(model, [x]))
    if found is not None:
        same = all(compared(y, array) for y, array in zip(found, wanted))
        return ("passed", "") if same else ("failed", "other numbers as lists")
    reasons.append(words)
    if x.shape[0] > 1 and all(array.shape[:1] == x.shape[:1] for array in wanted):
        return one_by_one(glint, folder, model, x, wanted)
    return "refused", reasons[0]


def one_by_one(glint, folder, model, x, wanted):
    """The outcome of a batch whose elements go in by themselves, constants of a batch's extent with them."""
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    for index in range(x.shape[0]):
        single = copied(model)
        for tensor in single.graph.initializer:
            array = constants[tensor.name]
            if array.ndim == x.ndim and array.shape[0] == x.shape[0] and single.graph.node[0].op_type in (
                    "Add", "Sub", "Mul", "Div", "Sum", "Concat"):
                tensor.CopyFrom(numpy_helper.from_array(array[index:index + 1], tensor.name))
        found, words = run(glint, folder, single, [x[index:index + 1]])
        if found is None:
            return "refused", words
        if not all(compared(y, array[index:index + 1]) for y, array in zip(found, wanted)):
            return "failed", "other numbers one by one"
    return "passed", ""


def reason(words):
    """The reason alone, without names and numbers, for counting."""
    lines = [line for line in words.strip().splitlines() if line.startswith("  node")] or [words.strip()]
    text = re.sub(r"^.*?opset \d+\): |^glint: \S+: |'[^']*'", "", lines[0])
    return re.sub(r"\s+", " ", text)[:110]


def main():
    glint, thresholds, update = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3] == "yes"
    root = pathlib.Path(onnx.__file__).parent / "backend/test/data"
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in FOLDERS:
            for case in sorted((root / name).iterdir()):
                result = test(glint, pathlib.Path(folder), case)
                if result:
                    results[f"{case.name}" if name == "node" else f"{name}/{case.name}"] = result
    refused = collections.defaultdict(list)
    for name, (outcome, words) in results.items():
        if outcome == "refused":
            refused[reason(words)].append(name)
    for words, names in sorted(refused.items(), key=lambda item: -len(item[1])):
        print(f"refused {len(names):3}: {words}\n    {', '.join(names)}")
    failed = [name for name, result in results.items() if result[0] == "failed"]
    for name in failed:
        print(f"failed: {name}: {results[name][1]}")
    passed = sum(result[0].startswith("passed") for result in results.values())
    whole = sum(result[0] == "passed with all inputs" for result in results.values())
    print(f"{passed} passed, {whole} of them with several inputs, {sum(map(len, refused.values()))} refused with a "
          f"reason, {len(failed)} failed, of {len(results)} tests of onnx {onnx.__version__} that fit")
    before = json.loads(thresholds.read_text())["passed"] if thresholds.exists() else 0
    if passed > before and update:
        thresholds.write_text(json.dumps({"passed": passed}) + "\n")
    if passed < before:
        sys.exit(f"{passed} passed, where {thresholds} says {before}")
    if failed:
        sys.exit(1)


main()
