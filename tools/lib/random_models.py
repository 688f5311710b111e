"""Random int8 models of Glint's, written without Glint: every operator, extent and activation, scales and zero points
anywhere. Used by test_export.py."""

import hashlib
import json
import struct

import numpy as np

PIXEL = (np.float32(1) / np.float32(255), -128)

# Functions of one number, with how many numbers stand beside it.
FUNCTIONS = {"hard_swish": 0, "leaky_relu": 1, "clip": 2, "sigmoid": 0, "tanh": 0, "silu": 1, "gelu": 0, "exp": 0,
             "log": 0, "reciprocal": 0, "absolute": 0}


def exact(number):
    """A number as the file has it: an odd whole number and a power of 2."""
    mantissa, exponent = np.frexp(np.float64(np.float32(number)))
    whole, exponent = int(mantissa * 2 ** 24), int(exponent) - 24
    while whole and whole % 2 == 0:
        whole, exponent = whole // 2, exponent + 1
    return [whole, exponent if whole else 0]


def write(path, metadata, tensors):
    """A model file: safetensors with the checksums that Glint asks for, each tensor at a multiple of 64 bytes."""
    names = {"float32": "F32", "int8": "I8", "int32": "I32", "uint8": "U8"}
    data, entries = b"", {}
    for name, array in tensors.items():
        raw = np.ascontiguousarray(array).tobytes()
        entries[name] = {"dtype": names[array.dtype.name], "shape": list(array.shape),
                         "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
        missing = -len(data) % 64
        if missing:
            entries[f"_fill.{len(entries)}"] = {
                "dtype": "U8", "shape": [missing], "data_offsets": [len(data), len(data) + missing]}
            data += bytes(missing)
    texts = {"header_sha256": "0" * 64, "tensors_sha256": hashlib.sha256(data).hexdigest(), **metadata}
    header = json.dumps({"__metadata__": texts, **entries}, separators=(",", ":"))
    header += " " * (-(8 + len(header)) % 64)
    head = struct.pack("<Q", len(header)) + header.encode()
    digest = hashlib.sha256(head).hexdigest().encode()
    path.write_bytes(head.replace(b"0" * 64, digest, 1) + data)


class RandomModel:
    """A graph that grows from a picture to logits."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        height, width = (int(side) for side in self.random.integers(9, 40, 2))
        self.shape = [height, width, int(self.random.choice([1, 3]))]
        self.nodes, self.tensors = [], {}
        self.values = {"input": (list(self.shape), PIXEL)}
        self.grow()

    def chance(self, share):
        return bool(self.random.random() < share)

    def add(self, operator, inputs, result, codes, **extents):
        name = f"n{len(self.nodes)}"
        self.nodes.append({"name": name, "operator": operator, "inputs": inputs, **extents})
        self.values[name] = (result, codes)
        return name

    def codes(self, scale):
        """A scale near one that fits, and a zero point that is -128 as often as not, as ReLU has it."""
        zero = -128 if self.chance(0.5) else int(self.random.integers(-128, 128))
        return np.float32(scale * self.random.uniform(0.6, 1.8)), zero

    def window(self, shape, most=4):
        kernel = [int(self.random.integers(1, min(most, side) + 1)) for side in shape[:2]]
        pad = [int(self.random.integers(0, kernel[i % 2])) if self.chance(0.5) else 0 for i in range(4)]
        stride = int(self.random.integers(1, 3))
        out = [(shape[i] + pad[i] + pad[i + 2] - kernel[i]) // stride + 1 for i in range(2)]
        return {"kernel": kernel, "stride": stride, "padding": pad}, out

    def activation(self):
        return str(self.random.choice(["none", "relu", "relu", "relu6"]))

    def weights(self, name, shape, scale):
        """Weights for accumulators that spread over some codes of the result, whose scale is returned."""
        taps = int(np.prod(shape[1:]))
        self.tensors[f"{name}.weight"] = self.random.integers(-127, 128, shape).astype(np.int8)
        self.tensors[f"{name}.bias"] = self.random.integers(-20000, 20001, shape[0]).astype(np.int32)
        self.tensors[f"{name}.weight_scale"] = self.random.uniform(0.001, 0.004, shape[0]).astype(np.float32)
        return float(scale) * 0.0025 * np.sqrt(taps) * 5400 / 60

    def convolution(self, source, outputs=None, activation=None, depthwise=False):
        shape, codes = self.values[source]
        channels = shape[2]
        groups = channels if depthwise else 1
        outputs = outputs or (channels if depthwise else int(self.random.integers(1, 25)))
        window, out = self.window(shape)
        name = f"n{len(self.nodes)}"
        scale = self.weights(name, [outputs, *window["kernel"], channels // groups], codes[0])
        return self.add("conv2d", [source], [*out, outputs], self.codes(scale), outputs=outputs, dilation=1,
                        groups=groups, activation=activation or self.activation(), **window)

    def moved(self, codes):
        return codes if self.chance(0.6) else self.codes(codes[0])

    def pair(self, source, other):
        """A sum or a product of two values, of which the second may be one number a channel."""
        (shape, first), (_, second) = self.values[source], self.values[other]
        if self.chance(0.5):
            return self.add("add", [source, other], shape, self.codes(np.hypot(first[0], second[0])),
                            activation=self.activation())
        return self.add("multiply", [source, other], shape, self.codes(first[0] * second[0] * 40),
                        activation=self.activation())

    def step(self, source):
        shape, codes = self.values[source]
        kind = self.random.choice(["conv", "conv", "depthwise", "max", "average", "pair", "pair", "gate", "join",
                                   "function", "up", "resize", "slice"])
        if kind == "conv" or min(shape[:2]) < 2:
            return self.convolution(source)
        if kind == "depthwise":
            return self.convolution(source, depthwise=True)
        if kind in ("max", "average"):
            window, out = self.window(shape)
            changed = self.moved(codes) if kind == "max" else self.codes(codes[0] * 0.6)
            return self.add(f"{kind}_pool2d", [source], [*out, shape[2]], changed, **window)
        if kind == "pair":
            same = [name for name, value in self.values.items() if value[0] == shape]
            other = str(self.random.choice(same))
            return self.convolution(source) if other in (source, "input") else self.pair(source, other)
        if kind == "gate":
            mean = self.add("global_average_pool", [source], [shape[2]], self.codes(codes[0] * 0.3))
            return self.pair(source, mean)
        if kind == "join":
            fitting = [name for name, value in self.values.items() if value[0][:2] == shape[:2] and len(value[0]) == 3]
            parts = [source, str(self.random.choice(fitting))]
            if parts[0] == parts[1]:
                return self.convolution(source)
            own = codes if self.chance(0.2) else self.codes(codes[0])
            return self.add("concatenate", parts, [*shape[:2], sum(self.values[p][0][2] for p in parts)], own)
        if kind == "function":
            function = str(self.random.choice(list(FUNCTIONS)))
            numbers = sorted(float(self.random.uniform(-0.5, 2)) for _ in range(FUNCTIONS[function]))
            extents = {key: exact(number) for key, number in zip(("alpha", "beta"), numbers)}
            return self.add(function, [source], shape, self.codes(codes[0]), **extents)
        if kind == "resize":
            sizes = [int(self.random.integers(1, 40)) for _ in range(2)]
            places = [[size, int(self.random.integers(-2 ** 32, 2 ** 32)), int(extent * 2 ** 32 // size)]
                      for size, extent in zip(sizes, shape)]
            own = self.moved(codes)
            kind = str(self.random.choice(["resize_linear", "resize_nearest"]))
            return self.add(kind, [source], [*sizes, shape[2]], own, rows=places[0], columns=places[1])
        if kind == "slice":
            # Rows backwards, every second column, all channels.
            result = [shape[0], (shape[1] + 1) // 2, shape[2]]
            row = shape[1] * shape[2]
            axes = [[result[0], -row], [result[1], 2 * shape[2]], [result[2], 1]]
            return self.add("rearrange", [source], result, self.moved(codes), shape=result, axes=axes,
                            offset=(shape[0] - 1) * row)
        if shape[0] > 30:
            return self.convolution(source)
        larger = [shape[0] * 2, shape[1] * 2, shape[2]]
        return self.add("upsample_nearest", [source], larger, self.moved(codes), factor=2)

    def grow(self):
        value = self.convolution("input")
        for _ in range(int(self.random.integers(3, 12))):
            value = self.step(value)
        shape, codes = self.values[value]
        if self.chance(0.3):
            value = self.add("global_average_pool", [value], [shape[2]], self.codes(codes[0] * 0.3))
        elif self.chance(0.3):
            wide = [shape[1], shape[0] * shape[2], 1]
            value = self.add("reshape", [value], wide, self.moved(codes), shape=wide)
            value = self.convolution(value)
            value = self.add("flatten", [value], [int(np.prod(self.values[value][0]))], self.values[value][1])
        else:
            value = self.add("flatten", [value], [int(np.prod(shape))], self.moved(codes))
        for outputs, activation in ((int(self.random.integers(4, 40)), self.activation()), (3, "none")):
            (count,), codes = self.values[value]
            scale = self.weights(f"n{len(self.nodes)}", [outputs, count], codes[0])
            value = self.add("dense", [value], [outputs], self.codes(scale), outputs=outputs, activation=activation)
        self.output = value

    @property
    def is_smooth(self):
        """Whether no function has places at which it leaves what float holds."""
        return not any(node["operator"] in ("exp", "log", "reciprocal") for node in self.nodes)

    def write(self, path, kind="int8"):
        """Writes the model; in float its weights are drawn anew, such that numbers neither vanish nor grow."""
        names = ["input"] + [node["name"] for node in self.nodes]
        if kind == "int8":
            tensors = dict(self.tensors)
            tensors["values.scale"] = np.array([self.values[name][1][0] for name in names], np.float32)
            tensors["values.zero_point"] = np.array([self.values[name][1][1] for name in names], np.int8)
        else:
            tensors = {}
            for name, array in self.tensors.items():
                if name.endswith(".weight"):
                    deviation = np.sqrt(2 / np.prod(array.shape[1:]))
                    tensors[name] = (self.random.normal(0, deviation, array.shape)).astype(np.float32)
                elif name.endswith(".bias"):
                    tensors[name] = self.random.normal(0, 0.2, array.shape).astype(np.float32)
        height, width, channels = self.shape
        metadata = {
            "format": "glint", "format_version": "1", "kind": kind,
            "graph": {"input": self.shape, "nodes": self.nodes,
                      "outputs": [{"value": self.output, "function": "softmax"}]},
            "preprocessing": {"version": 1, "width": width, "height": height, "fit": "stretch",
                              "colour": "grey" if channels == 1 else "rgb", "resampling": "triangle"},
            "labels": ["a", "b", "c"], "card": {},
        }
        texts = {key: text if isinstance(text, str) else json.dumps(text) for key, text in metadata.items()}
        write(path, texts, tensors)
