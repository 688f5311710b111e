"""Writes one of Glint's model files, float or int8, as a TensorFlow Lite network with the same weights and scales, for
LiteRT: what TensorFlow's converter would make of it, without TensorFlow. Logits come out; functions behind them are
left out."""

import json
import struct

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from safetensors.numpy import load_file

ACTIVATIONS = {"none": schema.ActivationFunctionType.NONE, "relu": schema.ActivationFunctionType.RELU,
               "relu6": schema.ActivationFunctionType.RELU6}
TYPES = {"float32": schema.TensorType.FLOAT32, "int8": schema.TensorType.INT8, "int32": schema.TensorType.INT32}


def metadata_of(path):
    """What a model's file says of it: JSON where it is JSON, else text."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))

    def read(text):
        try:
            return json.loads(text)
        except ValueError:
            return text

    return {field: read(text) for field, text in header["__metadata__"].items()}


def graph_of(path):
    return metadata_of(path)["graph"]


# LiteRT's operators on int8 are later versions, 3 where none stands here, but for what only moves bytes.
VERSIONS = {"RESHAPE": 1, "HARD_SWISH": 1, "LOGISTIC": 2, "MUL": 2, "CONCATENATION": 2, "QUANTIZE": 2}


class NotWritten(Exception):
    """An operator that this module does not write."""


class Writer:
    def __init__(self, path):
        self.graph, self.tensors = graph_of(path), load_file(path)
        self.is_int8 = "values.scale" in self.tensors
        self.model, self.lite = schema.ModelT(), schema.SubGraphT()
        self.model.version, self.model.description, self.model.buffers = 3, b"Glint", [schema.BufferT()]
        self.model.operatorCodes, self.lite.tensors, self.lite.operators = [], [], []
        self.places, self.shapes, self.numbers = {}, {}, {}
        self.value("input", self.graph["input"])
        for node in self.graph["nodes"]:
            write = getattr(self, node["operator"], None)
            if write is None:
                raise NotWritten(f"{node['name']}: {node['operator']} is not written")
            write(node)

    def value(self, name, shape):
        """A tensor for the result of a node."""
        number = len(self.numbers)
        self.numbers[name], self.shapes[name] = number, list(shape)
        quantization = None
        if self.is_int8:
            quantization = ([self.tensors["values.scale"][number]], [self.tensors["values.zero_point"][number]], 0)
        self.places[name] = self.tensor(name, [1, *shape], "int8" if self.is_int8 else "float32", quantization)
        return self.places[name]

    def tensor(self, name, shape, kind, quantization=None, values=None):
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.type, tensor.buffer = name.encode(), list(shape), TYPES[kind], 0
        if values is not None:
            tensor.buffer = len(self.model.buffers)
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(np.ascontiguousarray(values).tobytes(), np.uint8)
            self.model.buffers.append(buffer)
        if quantization:
            parameters = schema.QuantizationParametersT()
            parameters.scale = [float(scale) for scale in quantization[0]]
            parameters.zeroPoint = [int(zero) for zero in quantization[1]]
            parameters.quantizedDimension = quantization[2]
            tensor.quantization = parameters
        self.lite.tensors.append(tensor)
        return len(self.lite.tensors) - 1

    def constant(self, name, values, quantization=None):
        return self.tensor(name, values.shape, values.dtype.name, quantization, values)

    def operator(self, name, inputs, output, options=None, **settings):
        code = schema.OperatorCodeT()
        number = getattr(schema.BuiltinOperator, name)
        version = VERSIONS.get(name, 3) if self.is_int8 else 1
        code.builtinCode, code.deprecatedBuiltinCode, code.version = number, min(number, 127), version
        operator = schema.OperatorT()
        operator.opcodeIndex, operator.inputs = len(self.model.operatorCodes), inputs
        operator.outputs = [output]
        if options:
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, options)
            operator.builtinOptions = getattr(schema, options + "T")()
            for setting, value in settings.items():
                setattr(operator.builtinOptions, setting, value)
        self.model.operatorCodes.append(code)
        self.lite.operators.append(operator)

    def parameters(self, node, weight, axis):
        """The weight as TensorFlow lays it, and the bias, as tensors."""
        name = node["name"]
        bias = self.tensors[name + ".bias"]
        if not self.is_int8:
            return [self.constant(name + ".weight", weight), self.constant(name + ".bias", bias)]
        scales = self.tensors[name + ".weight_scale"]
        zeros, source = np.zeros(len(scales), int), self.tensors["values.scale"][self.numbers[node["inputs"][0]]]
        return [self.constant(name + ".weight", weight, (scales, zeros, axis)),
                self.constant(name + ".bias", bias, (source * scales, zeros, 0))]

    def window(self, node):
        """The input's tensor, its rows and columns after padding, TensorFlow's padding, and the results' extents."""
        name, (height, width, channels) = node["inputs"][0], self.shapes[node["inputs"][0]]
        (top, left, bottom, right), stride = node["padding"], node["stride"]
        spans = [(side - 1) * node.get("dilation", 1) + 1 for side in node["kernel"]]
        extents = [(height + top + bottom - spans[0]) // stride + 1, (width + left + right - spans[1]) // stride + 1]
        same = [-(-height // stride), -(-width // stride)]
        missing = [max(0, (same[i] - 1) * stride + spans[i] - side) for i, side in enumerate((height, width))]
        if not any(node["padding"]):
            return self.places[name], schema.Padding.VALID, extents
        if [top, left] == [m // 2 for m in missing] and [bottom, right] == [m - m // 2 for m in missing]:
            return self.places[name], schema.Padding.SAME, extents
        if "pool" in node["operator"]:
            raise NotWritten(f"{node['name']}: TensorFlow Lite pools with no such padding")
        quantization = self.lite.tensors[self.places[name]].quantization
        padded = self.tensor(node["name"] + ".padded", [1, height + top + bottom, width + left + right, channels],
                             "int8" if self.is_int8 else "float32")
        self.lite.tensors[padded].quantization = quantization
        widths = self.constant(node["name"] + ".padding",
                               np.array([[0, 0], [top, bottom], [left, right], [0, 0]], np.int32))
        self.operator("PAD", [self.places[name], widths], padded, "PadOptions")
        return padded, schema.Padding.VALID, extents

    def conv2d(self, node):
        channels = self.shapes[node["inputs"][0]][2]
        is_depthwise = 1 < node["groups"] == channels == node["outputs"]
        source, padding, extents = self.window(node)
        settings = {"padding": padding, "strideH": node["stride"], "strideW": node["stride"],
                    "dilationHFactor": node["dilation"], "dilationWFactor": node["dilation"],
                    "fusedActivationFunction": ACTIVATIONS[node["activation"]]}
        weight = self.tensors[node["name"] + ".weight"]
        if is_depthwise:
            parameters = self.parameters(node, weight.transpose(3, 1, 2, 0), 3)
            self.operator("DEPTHWISE_CONV_2D", [source, *parameters], self.value(node["name"], [*extents, channels]),
                          "DepthwiseConv2DOptions", depthMultiplier=1, **settings)
            return
        if node["groups"] > 1:
            raise NotWritten(f"{node['name']}: convolutions in groups are not written")
        self.operator("CONV_2D", [source, *self.parameters(node, weight, 0)],
                      self.value(node["name"], [*extents, node["outputs"]]), "Conv2DOptions", **settings)

    def pool(self, node, name):
        source, padding, extents = self.window(node)
        result = self.value(node["name"], [*extents, self.shapes[node["inputs"][0]][2]])
        self.operator(name, [source], result, "Pool2DOptions", padding=padding, strideH=node["stride"],
                      strideW=node["stride"], filterHeight=node["kernel"][0], filterWidth=node["kernel"][1])

    def max_pool2d(self, node):
        self.pool(node, "MAX_POOL_2D")

    def average_pool2d(self, node):
        self.pool(node, "AVERAGE_POOL_2D")

    def global_average_pool(self, node):
        axes = self.constant(node["name"] + ".axes", np.array([1, 2], np.int32))
        source = node["inputs"][0]
        self.operator("MEAN", [self.places[source], axes], self.value(node["name"], self.shapes[source][2:]),
                      "ReducerOptions", keepDims=False)

    def dense(self, node):
        weight = self.tensors[node["name"] + ".weight"]
        self.operator("FULLY_CONNECTED", [self.places[node["inputs"][0]], *self.parameters(node, weight, 0)],
                      self.value(node["name"], [node["outputs"]]), "FullyConnectedOptions",
                      fusedActivationFunction=ACTIVATIONS[node["activation"]])

    def add(self, node):
        shape = self.shapes[node["inputs"][0]]
        self.operator("ADD", [self.places[name] for name in node["inputs"]], self.value(node["name"], shape),
                      "AddOptions", fusedActivationFunction=ACTIVATIONS[node["activation"]])

    def multiply(self, node):
        shape = self.shapes[node["inputs"][0]]
        self.operator("MUL", [self.places[name] for name in node["inputs"]], self.value(node["name"], shape),
                      "MulOptions", fusedActivationFunction=ACTIVATIONS[node["activation"]])

    def concatenate(self, node):
        shapes = [self.shapes[name] for name in node["inputs"]]
        result = self.value(node["name"], [*shapes[0][:2], sum(shape[2] for shape in shapes)])
        parts = [self.rescaled(name, result, f"{node['name']}.{name}") for name in node["inputs"]]
        self.operator("CONCATENATION", parts, result, "ConcatenationOptions", axis=3)

    def rescaled(self, name, result, title):
        """A value with the scale of another tensor, which LiteRT joins values of alone."""
        own, other = self.lite.tensors[self.places[name]].quantization, self.lite.tensors[result].quantization
        if not self.is_int8 or (own.scale, own.zeroPoint) == (other.scale, other.zeroPoint):
            return self.places[name]
        tensor = self.tensor(title, [1, *self.shapes[name]], "int8", (other.scale, other.zeroPoint, 0))
        self.operator("QUANTIZE", [self.places[name]], tensor)
        return tensor

    def number(self, name, number):
        if not self.is_int8:
            return self.constant(name, np.array([number], np.float32))
        return self.constant(name, np.array([127], np.int8), ([number / 127], [0], 0))

    def inner(self, name, shape, scale):
        """A tensor that is no value of Glint's, from 0 up."""
        kind, quantization = ("int8", ([scale], [-128], 0)) if self.is_int8 else ("float32", None)
        return self.tensor(name, [1, *shape], kind, quantization)

    def hard_swish(self, node):
        source = node["inputs"][0]
        self.operator("HARD_SWISH", [self.places[source]], self.value(node["name"], self.shapes[source]))

    def hard_sigmoid(self, node):
        """As Keras writes it: min(max(x + 3, 0), 6) / 6."""
        name, source = node["name"], node["inputs"][0]
        shifted = self.inner(name + ".shifted", self.shapes[source], 6 / 255)
        self.operator("ADD", [self.places[source], self.number(name + ".three", 3.0)], shifted, "AddOptions",
                      fusedActivationFunction=ACTIVATIONS["relu6"])
        self.operator("MUL", [shifted, self.number(name + ".sixth", 1 / 6)], self.value(name, self.shapes[source]),
                      "MulOptions")

    def sigmoid(self, node):
        """TensorFlow Lite's has one scale, whatever Glint's is."""
        source = node["inputs"][0]
        result = self.value(node["name"], self.shapes[source])
        if self.is_int8:
            quantization = self.lite.tensors[result].quantization
            quantization.scale, quantization.zeroPoint = [1 / 256], [-128]
        self.operator("LOGISTIC", [self.places[source]], result)

    def silu(self, node):
        name, source = node["name"], node["inputs"][0]
        share = self.inner(name + ".share", self.shapes[source], 1 / 256)
        self.operator("LOGISTIC", [self.places[source]], share)
        self.operator("MUL", [self.places[source], share], self.value(name, self.shapes[source]), "MulOptions")

    def upsample_nearest(self, node):
        height, width, channels = self.shapes[node["inputs"][0]]
        size = [height * node["factor"], width * node["factor"]]
        sizes = self.constant(node["name"] + ".size", np.array(size, np.int32))
        self.operator("RESIZE_NEAREST_NEIGHBOR", [self.places[node["inputs"][0]], sizes],
                      self.value(node["name"], [*size, channels]), "ResizeNearestNeighborOptions")

    def move(self, node):
        shape = [int(np.prod(self.shapes[node["inputs"][0]]))]
        if node["operator"] == "reshape":
            shape = node["shape"]
        result = self.constant(node["name"] + ".shape", np.array([1, *shape], np.int32))
        self.operator("RESHAPE", [self.places[node["inputs"][0]], result], self.value(node["name"], shape),
                      "ReshapeOptions", newShape=[1, *shape])

    flatten = reshape = move

    def rearrange(self, node):
        raise NotWritten(f"{node['name']}: moves of elements are not written")

    def save(self, path):
        self.lite.inputs = [self.places["input"]]
        self.lite.outputs = [self.places[output["value"]] for output in self.graph["outputs"]]
        self.lite.name, self.model.subgraphs = b"main", [self.lite]
        builder = flatbuffers.Builder(1 << 20)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        path.write_bytes(bytes(builder.Output()))
