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

    def conv(self, value, outputs, size=3, stride=1, pads=(1, 1, 1, 1), depthwise=False, relu=True):
        """A convolution with its bias; `pads` are top, left, bottom, right."""
        inputs = 1 if depthwise else self.channels[value]
        name = f"layer{len(self.nodes)}"
        weight = self.random.normal(0, (2 / (inputs * size * size)) ** 0.5, (outputs, inputs, size, size))
        parameters = [self.constant(name + ".weight", weight),
                      self.constant(name + ".bias", self.random.normal(0, 0.1, outputs))]
        value = self.node("Conv", [value, *parameters], outputs, kernel_shape=[size, size], strides=[stride, stride],
                          pads=list(pads) if size > 1 else [0] * 4, group=outputs if depthwise else 1)
        return self.relu(value) if relu else value

    def relu(self, value):
        return self.node("Relu", [value], self.channels[value])

    def add(self, a, b):
        return self.node("Add", [a, b], self.channels[a])

    def max_pool(self, value, size=2, pads=(0, 0, 0, 0)):
        return self.node("MaxPool", [value], self.channels[value], kernel_shape=[size, size], strides=[2, 2],
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
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
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
        y = net.conv(y, channels, relu=False)
        if stride > 1:
            x = net.conv(x, channels, size=1, stride=stride, relu=False)
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

    def pair(value, outputs, relu=True):
        value = net.conv(value, outputs, size=1, relu=False)
        return net.conv(value, outputs, depthwise=True, relu=relu)

    x = pair(net.conv("input", 16, stride=2), 16)
    x = pair(pair(net.max_pool(x), 16), 64)
    x = pair(pair(x, 64), 64)
    fine = pair(pair(net.max_pool(x), 64), 64)
    middle = pair(pair(net.max_pool(fine), 64), 64)
    coarse = pair(pair(pair(net.max_pool(middle), 64), 64), 64)
    middle = pair(net.add(middle, net.larger(coarse)), 64)
    fine = pair(net.add(fine, net.larger(middle)), 64)
    scales = [pair(fine, 64), pair(middle, 64), pair(coarse, 64)]
    net.save(path, *[pair(scale, outputs, relu=False) for outputs in (1, 4, 1, 10) for scale in scales])


def xception(path):
    """mini-XCEPTION at 64x64 grey, seven expressions: separable convolutions and residuals."""
    net = Network(64, 64, 1)
    x = net.conv(net.conv("input", 8, pads=(0, 0, 0, 0)), 8, pads=(0, 0, 0, 0))
    for channels, pads in ((16, BEHIND), (32, BEHIND), (64, (1, 1, 1, 1)), (128, BEHIND)):
        shortcut = net.conv(x, channels, size=1, stride=2, relu=False)
        for relu in (True, False):
            x = net.conv(x, net.channels[x], depthwise=True, relu=False)
            x = net.conv(x, channels, size=1, relu=relu)
        x = net.add(net.max_pool(x, size=3, pads=pads), shortcut)
    net.save(path, net.mean(net.conv(x, 7, relu=False)))


ARCHITECTURES = {"resnet8": resnet8, "mobilenet": mobilenet, "yunet": yunet, "xception": xception}
