"""Small networks that people bring, as ONNX files with random weights: how fast a network runs does not depend on what
its weights are. Weights spread as they do at the start of a training (He), so that activations neither fade nor grow.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class Network:
    """An ONNX network under construction; values are names, and their channels are remembered."""

    def __init__(self, height, width, channels, seed=15):
        self.random = np.random.default_rng(seed)
        self.nodes, self.constants, self.outputs = [], [], []
        self.channels, self.input = {"input": channels}, [1, channels, height, width]

    def constant(self, name, array):
        self.constants.append(numpy_helper.from_array(array.astype(np.float32), name))
        return name

    def node(self, operator, inputs, channels, **attributes):
        name = f"{operator.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], name, **attributes))
        self.channels[name] = channels
        return name

    def conv(self, value, outputs, size=3, stride=1, pads=(1, 1, 1, 1), depthwise=False, function="relu"):
        """A convolution with its bias; `pads` are top, left, bottom, right."""
        inputs = 1 if depthwise else self.channels[value]
        name = f"layer{len(self.nodes)}"
        weight = self.random.normal(0, (2 / (inputs * size * size)) ** 0.5, (outputs, inputs, size, size))
        parameters = [self.constant(name + ".weight", weight),
                      self.constant(name + ".bias", self.random.normal(0, 0.1, outputs))]
        value = self.node("Conv", [value, *parameters], outputs, kernel_shape=[size, size], strides=[stride, stride],
                          pads=list(pads) if size > 1 else [0] * 4, group=outputs if depthwise else 1)
        return self.activated(value, function)

    def relu(self, value):
        return self.node("Relu", [value], self.channels[value])

    def activated(self, value, function):
        """A function of each number, if any; SiLU is x * sigmoid(x)."""
        channels = self.channels[value]
        if function == "silu":
            return self.node("Mul", [value, self.node("Sigmoid", [value], channels)], channels)
        if function == "hard-sigmoid":
            return self.node("HardSigmoid", [value], channels, alpha=1 / 6, beta=0.5)
        operators = {"relu": "Relu", "hard-swish": "HardSwish", "sigmoid": "Sigmoid"}
        return self.node(operators[function], [value], channels) if function else value

    def excited(self, value, inner, function, gate):
        """Squeeze and excitation: every channel times a number that all of them make together."""
        channels = self.channels[value]
        mean = self.node("GlobalAveragePool", [value], channels)
        scale = self.conv(self.conv(mean, inner, size=1, function=function), channels, size=1, function=gate)
        return self.node("Mul", [value, scale], channels)

    def joined(self, *values):
        return self.node("Concat", list(values), sum(self.channels[value] for value in values), axis=1)

    def integers(self, numbers):
        name = f"integers{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.array(numbers, np.int64), name))
        return name

    def channels_of(self, value, first, end):
        """Some channels of a value."""
        return self.node("Slice", [value, *[self.integers([number]) for number in (first, end, 1)]], end - first)

    def shuffled(self, value, side):
        """The channels of two halves in turn."""
        channels = self.channels[value]
        halves = self.node("Reshape", [value, self.integers([1, 2, channels // 2, side, side])], channels)
        turned = self.node("Transpose", [halves], channels, perm=[0, 2, 1, 3, 4])
        return self.node("Reshape", [turned, self.integers([1, channels, side, side])], channels)

    def add(self, a, b):
        return self.node("Add", [a, b], self.channels[a])

    def pool(self, value, size=2, pads=(0, 0, 0, 0), operator="MaxPool"):
        return self.node(operator, [value], self.channels[value], kernel_shape=[size, size], strides=[2, 2],
                         pads=list(pads))

    def larger(self, value):
        """Twice as many rows and columns, each pixel four times."""
        scales = self.constant(f"scales{len(self.nodes)}", np.array([1, 1, 2, 2]))
        return self.node("Resize", [value, "", scales], self.channels[value], mode="nearest",
                         coordinate_transformation_mode="asymmetric", nearest_mode="floor")

    def mean(self, value):
        value = self.node("GlobalAveragePool", [value], self.channels[value])
        return self.node("Flatten", [value], self.channels[value])

    def dense(self, value, outputs):
        inputs = self.channels[value]
        name = f"dense{len(self.nodes)}"
        weight = self.constant(name + ".weight", self.random.normal(0, (2 / inputs) ** 0.5, (outputs, inputs)))
        bias = self.constant(name + ".bias", self.random.normal(0, 0.1, outputs))
        return self.node("Gemm", [value, weight, bias], outputs, transB=1)

    def save(self, path, *outputs):
        graph = helper.make_graph(
            self.nodes, "network", [helper.make_tensor_value_info("input", TensorProto.FLOAT, self.input)],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs], self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
        model = onnx.shape_inference.infer_shapes(model)
        onnx.checker.check_model(model)
        onnx.save(model, path)


# What TensorFlow's SAME padding is where a window of 3 moves by 2 over an even number of pixels.
BEHIND = (0, 0, 1, 1)


def resnet8(path):
    """ResNet-8 of MLPerf Tiny, for pictures of CIFAR-10."""
    net = Network(32, 32, 3)
    x = net.conv("input", 16)
    for channels, stride in ((16, 1), (32, 2), (64, 2)):
        y = net.conv(x, channels, stride=stride, pads=BEHIND if stride > 1 else (1, 1, 1, 1))
        y = net.conv(y, channels, function=None)
        if stride > 1:
            x = net.conv(x, channels, size=1, stride=stride, function=None)
        x = net.relu(net.add(x, y))
    net.save(path, net.dense(net.mean(x), 10))


def mobilenet(path):
    """MobileNetV1 with a quarter of the channels at 96x96, as MLPerf Tiny has it."""
    net = Network(96, 96, 3)
    x = net.conv("input", 8, stride=2, pads=BEHIND)
    for channels, stride in ((16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2), *[(128, 1)] * 5, (256, 2),
                             (256, 1)):
        x = net.conv(x, net.channels[x], stride=stride, pads=BEHIND if stride > 1 else (1, 1, 1, 1), depthwise=True)
        x = net.conv(x, channels, size=1)
    net.save(path, net.dense(net.mean(x), 2))


def yunet(path):
    """A face detector in the manner of YuNet at 320x320: pairs of pointwise and depthwise convolutions, three scales
    joined from the coarsest up, four heads on each."""
    net = Network(320, 320, 3)

    def pair(value, outputs, function="relu"):
        value = net.conv(value, outputs, size=1, function=None)
        return net.conv(value, outputs, depthwise=True, function=function)

    x = pair(net.conv("input", 16, stride=2), 16)
    x = pair(pair(net.pool(x), 16), 64)
    x = pair(pair(x, 64), 64)
    fine = pair(pair(net.pool(x), 64), 64)
    middle = pair(pair(net.pool(fine), 64), 64)
    coarse = pair(pair(pair(net.pool(middle), 64), 64), 64)
    middle = pair(net.add(middle, net.larger(coarse)), 64)
    fine = pair(net.add(fine, net.larger(middle)), 64)
    scales = [pair(fine, 64), pair(middle, 64), pair(coarse, 64)]
    net.save(path, *[pair(scale, outputs, function=None) for outputs in (1, 4, 1, 10) for scale in scales])


def xception(path):
    """mini-XCEPTION at 64x64 grey, seven expressions: separable convolutions and residuals."""
    net = Network(64, 64, 1)
    x = net.conv(net.conv("input", 8, pads=(0, 0, 0, 0)), 8, pads=(0, 0, 0, 0))
    for channels, pads in ((16, BEHIND), (32, BEHIND), (64, (1, 1, 1, 1)), (128, BEHIND)):
        shortcut = net.conv(x, channels, size=1, stride=2, function=None)
        for function in ("relu", None):
            x = net.conv(x, net.channels[x], depthwise=True, function=None)
            x = net.conv(x, channels, size=1, function=function)
        x = net.add(net.pool(x, size=3, pads=pads), shortcut)
    net.save(path, net.mean(net.conv(x, 7, function=None)))


def around(size, stride):
    """TensorFlow's SAME padding over an even number of pixels."""
    return (size // 2 - (stride > 1),) * 2 + (size // 2,) * 2


def mobilenetv3(path):
    """MobileNetV3-Small at 96x96: inverted residuals, half of them of 5x5 taps, with squeeze and excitation."""
    net = Network(96, 96, 3)
    x = net.conv("input", 16, stride=2, pads=BEHIND, function="hard-swish")
    for inner, channels, size, stride, excites, function in (
            (16, 16, 3, 2, True, "relu"), (72, 24, 3, 2, False, "relu"), (88, 24, 3, 1, False, "relu"),
            (96, 40, 5, 2, True, "hard-swish"), *[(240, 40, 5, 1, True, "hard-swish")] * 2,
            (120, 48, 5, 1, True, "hard-swish"), (144, 48, 5, 1, True, "hard-swish"),
            (288, 96, 5, 2, True, "hard-swish"), *[(576, 96, 5, 1, True, "hard-swish")] * 2):
        y = net.conv(x, inner, size=1, function=function)
        y = net.conv(y, inner, size, stride, around(size, stride), depthwise=True, function=function)
        if excites:
            y = net.excited(y, max(8, inner // 4 // 8 * 8), "relu", "hard-sigmoid")
        y = net.conv(y, channels, size=1, function=None)
        x = net.add(x, y) if stride == 1 and net.channels[x] == channels else y
    net.save(path, net.dense(net.mean(net.conv(x, 576, size=1, function="hard-swish")), 10))


def efficientnet(path):
    """Like EfficientNet-B0 at 96x96, with fewer layers: inverted residuals, SiLU, squeeze and excitation."""
    net = Network(96, 96, 3)
    x = net.conv("input", 32, stride=2, pads=BEHIND, function="silu")
    for factor, channels, size, stride in ((1, 16, 3, 1), (6, 24, 3, 2), (6, 24, 3, 1), (6, 40, 5, 2), (6, 40, 5, 1),
                                           (6, 80, 3, 2), (6, 80, 3, 1), (6, 112, 5, 1), (6, 192, 5, 2),
                                           (6, 192, 5, 1)):
        inner = net.channels[x] * factor
        y = net.conv(x, inner, size=1, function="silu") if factor > 1 else x
        y = net.conv(y, inner, size, stride, around(size, stride), depthwise=True, function="silu")
        y = net.excited(y, net.channels[x] // 4, "silu", "sigmoid")
        y = net.conv(y, channels, size=1, function=None)
        x = net.add(x, y) if stride == 1 and net.channels[x] == channels else y
    net.save(path, net.dense(net.mean(net.conv(x, 512, size=1, function="silu")), 10))


def shufflenet(path):
    """ShuffleNetV2 0.5 at 96x96: half of the channels passes by, then both halves are shuffled."""
    net = Network(96, 96, 3)
    x, side = net.pool(net.conv("input", 24, stride=2, pads=BEHIND), 3, BEHIND), 24
    for channels, blocks in ((48, 4), (96, 8), (192, 4)):
        half, side = channels // 2, side // 2
        for block in range(blocks):
            stride = 2 if block == 0 else 1
            if stride == 2:
                past = net.conv(x, net.channels[x], stride=2, pads=BEHIND, depthwise=True, function=None)
                past, y = net.conv(past, half, size=1), x
            else:
                past, y = net.channels_of(x, 0, half), net.channels_of(x, half, channels)
            y = net.conv(y, half, size=1)
            y = net.conv(y, half, stride=stride, pads=around(3, stride), depthwise=True, function=None)
            x = net.shuffled(net.joined(past, net.conv(y, half, size=1)), side)
    net.save(path, net.dense(net.mean(net.conv(x, 512, size=1)), 10))


def squeezenet(path):
    """SqueezeNet 1.1 at 96x96: 1x1 and 3x3 convolutions side by side."""
    net = Network(96, 96, 3)
    x = net.pool(net.conv("input", 64, stride=2, pads=BEHIND), 3)
    for number, inner in enumerate((16, 16, 32, 32, 48, 48, 64, 64)):
        y = net.conv(x, inner, size=1)
        x = net.joined(net.conv(y, 4 * inner, size=1), net.conv(y, 4 * inner))
        x = net.pool(x, 3) if number in (1, 3) else x
    net.save(path, net.dense(net.mean(x), 10))


def densenet(path):
    """In the manner of DenseNet at 96x96: every layer reads all before it; average pools between blocks."""
    net = Network(96, 96, 3)
    x = net.pool(net.conv("input", 32, stride=2, pads=BEHIND), 3, BEHIND)
    for blocks in (4, 6, 8):
        for _ in range(blocks):
            x = net.joined(x, net.conv(net.conv(x, 64, size=1), 16))
        if blocks < 8:
            x = net.pool(net.conv(x, net.channels[x] // 2, size=1), operator="AveragePool")
    net.save(path, net.dense(net.mean(x), 10))


ARCHITECTURES = {function.__name__: function for function in (
    resnet8, mobilenet, yunet, xception, mobilenetv3, efficientnet, shufflenet, squeezenet, densenet)}
