"""Holds imported quantized networks against ONNX Runtime. Used by tools/test-quantized-onnx; arguments: the program,
how many pictures a network.

Networks have random weights; ONNX Runtime's own calibration finds their scales. Where means of codes may lie between
two codes, ONNX Runtime's order of sums decides, and the import refuses them: that is counted, and nothing else is let
through.
"""

import logging
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from safetensors.numpy import load_file

from onnx_runs import as_glint_lays, run, session
from test_data import picture, png

SIZE = 64


class Network:
    """A small network with random weights; values are named by their nodes."""

    def __init__(self, random, parts):
        self.random, self.nodes, self.weights = random, [], []
        value = self.conv("x", 3, 16, "stem", stride=2)
        for part in parts:
            value = getattr(self, part)(value, part)
        self.finish(value)

    def constant(self, name, array):
        self.weights.append(numpy_helper.from_array(np.asarray(array, np.float32), name))
        return name

    def add(self, operator, inputs, name, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [name], name=name, **attributes))
        return name

    def conv(self, source, inputs, outputs, name, kernel=3, stride=1, groups=1, relu=True):
        scale = np.sqrt(2 / (inputs // groups * kernel ** 2)) * self.random.uniform(0.3, 2, (outputs, 1, 1, 1))
        shape = (outputs, inputs // groups, kernel, kernel)
        weight = self.constant(name + ".w", self.random.normal(0, 1, shape) * scale)
        bias = self.constant(name + ".b", self.random.normal(0, 0.2, outputs))
        value = self.add("Conv", [source, weight, bias], name, kernel_shape=[kernel] * 2, pads=[kernel // 2] * 4,
                         strides=[stride] * 2, group=groups)
        return self.add("Relu", [value], name + ".relu") if relu else value

    def residual(self, value, name):
        inner = self.conv(self.conv(value, 16, 16, name + ".a"), 16, 16, name + ".b", relu=False)
        return self.add("Relu", [self.add("Add", [inner, value], name)], name + ".relu")

    def residual2(self, value, name):
        return self.residual(value, name)

    def separable(self, value, name):
        return self.conv(self.conv(value, 16, 16, name + ".depthwise", groups=16), 16, 16, name, kernel=1)

    def pool(self, value, name):
        return self.add("MaxPool", [value], name, kernel_shape=[2, 2], strides=[2, 2])

    def average3(self, value, name):
        return self.add("AveragePool", [value], name, kernel_shape=[3, 3], strides=[2, 2])

    def average(self, value, name):
        return self.add("AveragePool", [value], name, kernel_shape=[2, 2], strides=[2, 2])

    def branches(self, value, name):
        left = self.conv(value, 16, 8, name + ".left", kernel=1)
        right = self.conv(value, 16, 8, name + ".right", relu=False)
        return self.add("Concat", [left, right], name, axis=1)

    def enlarged(self, value, name):
        scales = self.constant(name + ".scales", [1, 1, 2, 2])
        larger = self.add("Resize", [value, "", scales], name + ".larger", mode="nearest",
                          coordinate_transformation_mode="asymmetric", nearest_mode="floor")
        return self.conv(larger, 16, 16, name, stride=2)

    def means(self, value, name):
        return self.add("GlobalAveragePool", [value], name)

    def finish(self, value):
        flat = self.add("Flatten", [value], "flat", axis=1)
        sized = self.model(flat, None)
        count = onnxruntime.InferenceSession(sized.SerializeToString()).run(
            None, {"x": np.zeros((1, 3, SIZE, SIZE), np.float32)})[0].shape[1]
        for name, inputs, outputs in (("dense", count, 24), ("logits", 24, 10)):
            weight = self.constant(name + ".w", self.random.normal(0, np.sqrt(2 / inputs), (outputs, inputs)))
            bias = self.constant(name + ".b", self.random.normal(0, 0.1, outputs))
            flat = self.add("Gemm", [flat, weight, bias], name, transB=1)
            if name == "dense":
                flat = self.add("Relu", [flat], name + ".relu")
        self.result = self.model(self.add("Softmax", [flat], "shares", axis=1), [1, 10])

    def model(self, output, shape):
        graph = helper.make_graph(
            self.nodes, "net", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, SIZE, SIZE])],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)], self.weights)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


class Pictures(CalibrationDataReader):
    def __init__(self, random):
        self.rest = iter([feed(picture(random, SIZE, SIZE, 3)) for _ in range(8)])

    def get_next(self):
        return next(self.rest, None)


def feed(pixels):
    return {"x": np.ascontiguousarray((pixels.astype(np.float32) / np.float32(255)).transpose(2, 0, 1)[None])}


def codes(model):
    """The names of quantized tensors by the names of the nodes that make what they hold."""
    makers = {output: node for node in model.graph.node for output in node.output}
    names = {}
    for node in model.graph.node:
        if node.op_type == "QuantizeLinear":
            maker = makers.get(node.input[0])
            while maker is not None and maker.op_type == "Relu":
                maker = makers[maker.input[0]]
            if maker is not None and maker.op_type not in ("Softmax", "Flatten"):
                names[maker.name] = node.output[0]
        elif node.op_type.startswith("QLinear") and node.op_type != "QLinearSoftmax" or node.op_type in (
                "QGemm", "MaxPool", "Resize"):
            names[node.name] = node.output[0]
    return names


def check(glint, path, pictures, folder, random, isSigned):
    """How many int8 values were compared, how many differ, by the name of the node; None and why if refused."""
    imported = folder / "imported.safetensors"
    imported.unlink(missing_ok=True)
    done = subprocess.run([glint, "import", path, "-o", imported], capture_output=True, text=True)
    if done.returncode != 0:
        return None, done.stderr.strip()
    model = onnx.load(path)
    names = codes(model)
    if not any(node.op_type.startswith("QLinear") for node in model.graph.node):
        # MaxPool and Resize of numbers between DequantizeLinear and QuantizeLinear are named by the latter.
        names = {name: output for name, output in names.items() if not output.endswith(name)}
    element = TensorProto.INT8 if isSigned else TensorProto.UINT8
    for name in names.values():
        model.graph.output.append(helper.make_tensor_value_info(name, element, None))
    runtime = session(model, {"session.qdqisint8allowed": "1"})
    compared, wrong = 0, {}
    for _ in range(pictures):
        pixels = picture(random, SIZE, SIZE, 3)
        png(folder / "x.png", pixels)
        values = folder / "values.safetensors"
        run(glint, "inspect", imported, "--values", values, "--image", folder / "x.png", "--force")
        ours = load_file(values)
        for name, theirs in zip(names, runtime.run(list(names.values()), feed(pixels))):
            expected = as_glint_lays(theirs).astype(np.int16) - (0 if isSigned else 128)
            if name not in ours:
                sys.exit(f"{path.name}: Glint has no value '{name}'")
            compared += expected.size
            differing = int((ours[name].ravel() != expected).sum())
            if differing:
                wrong[name] = wrong.get(name, 0) + differing
    return compared, wrong


PARTS = [
    ["separable", "pool"], ["residual", "pool", "residual2", "means"], ["pool", "branches", "separable", "means"],
    ["pool", "enlarged", "means"], ["residual", "branches", "pool", "enlarged", "residual2", "means"],
    ["separable", "average", "pool", "means"], ["residual", "average3", "pool", "means"],
]


def main():
    glint, pictures = sys.argv[1], int(sys.argv[2])
    random = np.random.default_rng(1)
    total, refused, failed = 0, 0, False
    # The quantizer warns that it was not asked to optimize the network first.
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        for parts in PARTS:
            source = folder / "float.onnx"
            onnx.save(Network(random, parts).result, source)
            for form in (QuantFormat.QDQ, QuantFormat.QOperator):
                for activations in (QuantType.QUInt8, QuantType.QInt8):
                    path = folder / f"{form.name}.{activations.name}.onnx"
                    quantize_static(source, path, Pictures(random), quant_format=form, activation_type=activations,
                                    weight_type=QuantType.QInt8, per_channel=True)
                    title = f"{'+'.join(parts)}, {form.name}, {activations.name}"
                    compared, wrong = check(glint, path, pictures, folder, random, activations == QuantType.QInt8)
                    if compared is None:
                        isMean = ("average" in parts or "average3" in parts) and "may lie between two codes" in wrong
                        failed, refused = failed or not isMean, refused + 1
                        print(f"{title}: refused{'' if isMean else ': ' + wrong}", flush=True)
                        continue
                    differing = sum(wrong.values())
                    failed, total = failed or differing > 0, total + compared
                    print(f"{title}: {differing} of {compared:,} differ {wrong if wrong else ''}", flush=True)
    print(f"{total:,} int8 values compared, {refused} networks refused for their means; onnx {onnx.__version__}, "
          f"ONNX Runtime {onnxruntime.__version__}")
    sys.exit(1 if failed else 0)


main()
