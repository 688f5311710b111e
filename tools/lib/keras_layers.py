"""What each layer of Keras becomes in ONNX. Pictures keep their channels where the layer has them: what knows of rows
and columns gets a transpose before and after it, which 'glint import' follows and drops."""

import numpy as np

from keras_files import KerasError, weight


class Unsupported(Exception):
    """Why a layer has no counterpart, and what would work."""


class Value:
    """A value of the network, and how many dimensions it has."""

    def __init__(self, name, rank):
        self.name, self.rank = name, rank


class Layer:
    """One layer: its settings, its weights, and the network that it is added to."""

    def __init__(self, network, layer, weights, version):
        self.network, self.layer, self.weights = network, layer, weights
        self.config, self.kind, self.title = layer["config"], layer["class_name"], layer["config"]["name"]
        self.is_old = version.split(".")[0] in ("1", "2")

    def node(self, operator, *inputs, **attributes):
        return self.network.node(operator, inputs, self.title, **attributes)

    def constant(self, numbers):
        return self.network.constant(numbers, self.title)

    def array(self, name):
        return weight(self.weights, name, self.layer)

    @property
    def channels_first(self):
        return self.config.get("data_format") == "channels_first"

    def picture(self, value):
        """A picture with channels after the batch."""
        if value.rank != 4:
            raise Unsupported(f"reads {value.rank} dimensions where a picture has 4")
        return value.name if self.channels_first else self.node("Transpose", value.name, perm=[0, 3, 1, 2])

    def back(self, name):
        """The same as the layer has it."""
        return Value(name if self.channels_first else self.node("Transpose", name, perm=[0, 2, 3, 1]), 4)

    def pair(self, name, fallback=None):
        value = self.config.get(name)
        value = fallback if value is None else value
        return [value, value] if isinstance(value, int) else [int(number) for number in value]

    @property
    def padding(self):
        padding = self.config.get("padding", "valid")
        if padding not in ("same", "valid"):
            raise Unsupported(f"padding '{padding}'; 'same' and 'valid' would work")
        return "SAME_UPPER" if padding == "same" else "VALID"

    # Layers with weights

    def biases(self):
        return [self.constant(self.array("bias"))] if self.config.get("use_bias", True) else []

    def convolution(self, value, kernel, groups, biases, strides=None, dilations=None):
        """`kernel` as ONNX has it, `[outputs, channels / groups, height, width]`."""
        strides, dilations = strides or self.pair("strides", 1), dilations or self.pair("dilation_rate", 1)
        border = {"auto_pad": self.padding}
        if self.padding != "VALID" and max(dilations) > 1:
            # ONNX Runtime has no rule for both; Keras has no stride then, so that the border is known.
            whole = [(size - 1) * dilation for size, dilation in zip(kernel.shape[2:], dilations)]
            border = {"pads": [size // 2 for size in whole] + [size - size // 2 for size in whole]}
        result = self.node(
            "Conv", self.picture(value), self.constant(kernel), *biases, **border, strides=strides,
            dilations=dilations, group=groups)
        return self.back(result)

    def conv2d(self, value):
        kernel = self.array("kernel").transpose(3, 2, 0, 1)
        result = self.convolution(value, kernel, int(self.config.get("groups", 1)), self.biases())
        return self.activated(result)

    def depthwise_kernel(self):
        """`[height, width, channels, multiplier]` as one filter a result."""
        kernel = self.array("depthwise_kernel")
        return kernel.transpose(2, 3, 0, 1).reshape(-1, 1, *kernel.shape[:2]), kernel.shape[2]

    def depthwise_conv2d(self, value):
        return self.activated(self.convolution(value, *self.depthwise_kernel(), self.biases()))

    def separable_conv2d(self, value):
        each = self.convolution(value, *self.depthwise_kernel(), [])
        kernel = self.array("pointwise_kernel").transpose(3, 2, 0, 1)
        return self.activated(self.convolution(each, kernel, 1, self.biases(), [1, 1], [1, 1]))

    def conv2d_transpose(self, value):
        if self.config.get("output_padding") is not None:
            raise Unsupported("output_padding; without it it would work")
        kernel = self.array("kernel").transpose(3, 2, 0, 1)
        strides = self.pair("strides", 1)
        dilations = self.pair("dilation_rate", 1)
        extents = [(size - 1) * dilation + 1 for size, dilation in zip(kernel.shape[2:], dilations)]
        # 'same' gives stride times as many rows, the odd one cut at the end; 'valid' never fewer than the stride.
        excess = [extent - stride for extent, stride in zip(extents, strides)]
        cut = [max(0, number) for number in excess] if self.padding != "VALID" else [0, 0]
        begin = [number // 2 for number in cut]
        result = self.node(
            "ConvTranspose", self.picture(value), self.constant(kernel), *self.biases(), strides=strides,
            dilations=dilations, pads=begin + [all_ - first for all_, first in zip(cut, begin)],
            output_padding=[max(0, -number) for number in excess])
        return self.activated(self.back(result))

    def dense(self, value):
        result = self.node("MatMul", value.name, self.constant(self.array("kernel")))
        if self.config.get("use_bias", True):
            result = self.node("Add", result, self.constant(self.array("bias")))
        return self.activated(Value(result, value.rank))

    def batch_normalization(self, value):
        axis = self.config.get("axis", -1)
        axis = axis[0] if isinstance(axis, list) else axis
        axis = axis % value.rank
        mean, variance = self.array("moving_mean"), self.array("moving_variance")
        gamma = self.array("gamma") if self.config.get("scale", True) else np.ones_like(mean)
        beta = self.array("beta") if self.config.get("center", True) else np.zeros_like(mean)
        order = [0, axis] + [other for other in range(1, value.rank) if other != axis]
        turns = order != list(range(value.rank))
        name = self.node("Transpose", value.name, perm=order) if turns else value.name
        name = self.node(
            "BatchNormalization", name, *map(self.constant, (gamma, beta, mean, variance)),
            epsilon=float(self.config.get("epsilon", 1e-3)))
        if turns:
            name = self.node("Transpose", name, perm=[order.index(place) for place in range(value.rank)])
        return Value(name, value.rank)

    def normalization(self, value):
        axis = self.config.get("axis", -1)
        axes = [axis] if isinstance(axis, int) else list(axis or [])
        if self.config.get("invert") or any(place not in (-1, value.rank - 1) for place in axes):
            raise Unsupported("figures along other axes than the last, or inverted; along the last would work")
        if self.config.get("mean") is not None:
            mean, variance = (np.asarray(self.config[name], np.float32) for name in ("mean", "variance"))
        else:
            mean, variance = self.array("mean"), self.array("variance")
        deviation = np.maximum(np.sqrt(variance.reshape(-1)), np.float32(1e-7))
        name = self.node("Sub", value.name, self.constant(mean.reshape(-1)))
        return Value(self.node("Div", name, self.constant(deviation)), value.rank)

    # Pools

    def pool(self, value, operator):
        window = self.pair("pool_size", 2)
        return self.back(
            self.node(
                operator, self.picture(value), kernel_shape=window, strides=self.pair("strides", window),
                auto_pad=self.padding))

    def global_pool(self, value, operator):
        name = self.node(operator, self.picture(value))
        if self.config.get("keepdims"):
            return self.back(name)
        return Value(self.node("Flatten", name, axis=1), 2)

    # Activations

    def activated(self, value):
        activation = self.config.get("activation")
        if isinstance(activation, dict):
            activation = activation.get("config") if activation.get("class_name") == "function" else (
                activation.get("class_name"))
        return Value(self.function(value.name, activation or "linear"), value.rank)

    def function(self, name, activation):
        simple = {
            "relu": "Relu", "sigmoid": "Sigmoid", "tanh": "Tanh", "elu": "Elu", "selu": "Selu", "softplus": "Softplus",
            "softsign": "Softsign", "exponential": "Exp", "gelu": "Gelu", "mish": "Mish"}
        if activation == "linear":
            return name
        if activation in simple:
            return self.node(simple[activation], name)
        if activation == "softmax":
            return self.node("Softmax", name, axis=-1)
        if activation == "log_softmax":
            return self.node("LogSoftmax", name, axis=-1)
        if activation == "relu6":
            return self.clip(name, 0, 6)
        if activation in ("silu", "swish"):
            return self.node("Mul", name, self.node("Sigmoid", name))
        if activation in ("hard_silu", "hard_swish"):
            return self.node("HardSwish", name)
        if activation == "hard_sigmoid":
            return self.node("HardSigmoid", name, alpha=0.2 if self.is_old else 1 / 6, beta=0.5)
        if activation == "leaky_relu":
            return self.node("LeakyRelu", name, alpha=0.2)
        raise Unsupported(f"activation '{activation}'; relu, sigmoid, tanh, elu, silu, gelu and others would work")

    def clip(self, name, low, high):
        return self.node("Clip", name, self.constant(np.float32(low)), self.constant(np.float32(high)))

    def relu(self, value):
        slope = float(self.config.get("negative_slope") or 0)
        most = self.config.get("max_value")
        if float(self.config.get("threshold") or 0) != 0 or slope and most is not None:
            raise Unsupported("a ReLU with a threshold, or with a slope and a limit; one of slope and limit would work")
        if slope:
            return Value(self.node("LeakyRelu", value.name, alpha=slope), value.rank)
        name = self.node("Relu", value.name) if most is None else self.clip(value.name, 0, most)
        return Value(name, value.rank)

    def leaky_relu(self, value):
        slope = self.config.get("negative_slope", self.config.get("alpha", 0.3))
        return Value(self.node("LeakyRelu", value.name, alpha=float(slope)), value.rank)

    def prelu(self, value):
        slopes = self.array("alpha")
        if value.rank != 4 or slopes.shape[:2] != (1, 1):
            return Value(self.node("PRelu", value.name, self.constant(slopes)), value.rank)
        # Slopes by channel belong after the batch in ONNX's order, as in other files.
        turned = self.node("Transpose", value.name, perm=[0, 3, 1, 2])
        turned = self.node("PRelu", turned, self.constant(slopes.reshape(-1, 1, 1)))
        return Value(self.node("Transpose", turned, perm=[0, 2, 3, 1]), 4)

    def softmax(self, value):
        return Value(self.node("Softmax", value.name, axis=int(self.config.get("axis", -1))), value.rank)

    # What joins and moves

    def merge(self, values, operator):
        name = values[0].name
        for value in values[1:]:
            name = self.node(operator, name, value.name)
        return Value(name, max(value.rank for value in values))

    def average(self, values):
        total = self.merge(values, "Add")
        return Value(self.node("Mul", total.name, self.constant(np.float32(1 / len(values)))), total.rank)

    def concatenate(self, values):
        axis = int(self.config.get("axis", -1))
        return Value(self.node("Concat", *(value.name for value in values), axis=axis), values[0].rank)

    def borders(self, name):
        """Pairs of before and after for rows and columns."""
        value = self.config[name]
        if isinstance(value, int):
            return [[value, value], [value, value]]
        return [[pair, pair] if isinstance(pair, int) else list(pair) for pair in value]

    def zero_padding(self, value):
        (top, bottom), (left, right) = self.borders("padding")
        pads = self.constant([0, 0, top, left, 0, 0, bottom, right])
        return self.back(self.node("Pad", self.picture(value), pads))

    def cropping(self, value):
        (top, bottom), (left, right) = self.borders("cropping")
        far = (1 << 31) - 1
        return self.back(
            self.node(
                "Slice", self.picture(value), self.constant([top, left]),
                self.constant([-bottom or far, -right or far]), self.constant([2, 3])))

    def up_sampling(self, value):
        rows, columns = self.pair("size", 2)
        scales = self.constant(np.asarray([1, 1, rows, columns], np.float32))
        mode = self.config.get("interpolation", "nearest")
        if mode == "nearest":
            settings = {
                "mode": "nearest", "nearest_mode": "floor", "coordinate_transformation_mode": "asymmetric"}
        elif mode == "bilinear":
            settings = {"mode": "linear", "coordinate_transformation_mode": "half_pixel"}
        else:
            raise Unsupported(f"interpolation '{mode}'; nearest and bilinear would work")
        return self.back(self.node("Resize", self.picture(value), "", scales, **settings))

    def flatten(self, value):
        name = value.name
        if self.channels_first and value.rank == 4:
            name = self.node("Transpose", name, perm=[0, 2, 3, 1])
        return Value(self.node("Flatten", name, axis=1), 2)

    def reshape(self, value):
        shape = [int(extent) for extent in self.config["target_shape"]]
        return Value(self.node("Reshape", value.name, self.constant([1] + shape)), len(shape) + 1)

    def permute(self, value):
        return Value(self.node("Transpose", value.name, perm=[0] + [int(axis) for axis in self.config["dims"]]),
                     value.rank)

    def rescaling(self, value):
        name = self.node("Mul", value.name, self.constant(np.asarray(self.config["scale"], np.float32)))
        offset = np.asarray(self.config.get("offset", 0), np.float32)
        return Value(self.node("Add", name, self.constant(offset)) if offset.any() else name, value.rank)

    def same(self, value):
        return value


# What serves each class of layers: of one value, of several.
ONE = {
    "Conv2D": Layer.conv2d, "DepthwiseConv2D": Layer.depthwise_conv2d, "SeparableConv2D": Layer.separable_conv2d,
    "Conv2DTranspose": Layer.conv2d_transpose, "Dense": Layer.dense,
    "BatchNormalization": Layer.batch_normalization, "Normalization": Layer.normalization,
    "MaxPooling2D": lambda self, value: self.pool(value, "MaxPool"),
    "AveragePooling2D": lambda self, value: self.pool(value, "AveragePool"),
    "GlobalMaxPooling2D": lambda self, value: self.global_pool(value, "GlobalMaxPool"),
    "GlobalAveragePooling2D": lambda self, value: self.global_pool(value, "GlobalAveragePool"),
    "Activation": Layer.activated, "ReLU": Layer.relu, "LeakyReLU": Layer.leaky_relu, "PReLU": Layer.prelu,
    "ELU": lambda self, value: Value(
        self.node("Elu", value.name, alpha=float(self.config.get("alpha", 1))), value.rank),
    "Softmax": Layer.softmax, "ZeroPadding2D": Layer.zero_padding, "Cropping2D": Layer.cropping,
    "UpSampling2D": Layer.up_sampling, "Flatten": Layer.flatten, "Reshape": Layer.reshape, "Permute": Layer.permute,
    "Rescaling": Layer.rescaling,
}
SEVERAL = {
    "Add": lambda self, values: self.merge(values, "Add"),
    "Subtract": lambda self, values: self.merge(values, "Sub"),
    "Multiply": lambda self, values: self.merge(values, "Mul"),
    "Maximum": lambda self, values: self.merge(values, "Max"),
    "Minimum": lambda self, values: self.merge(values, "Min"),
    "Average": Layer.average, "Concatenate": Layer.concatenate,
}
# Layers that change nothing while a network is used.
TRAINING_ONLY = {
    "Dropout", "SpatialDropout2D", "GaussianNoise", "GaussianDropout", "AlphaDropout", "ActivityRegularization",
    "RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation", "RandomContrast", "RandomBrightness",
}


def added(network, layer, values, weights, version):
    """The value that a layer makes of others."""
    kind = layer["class_name"]
    # Newer files say where a class comes from. Operations on tensors bear names of layers, and mean something else.
    module = layer.get("module")
    if layer.get("registered_name") or module is not None and not str(module).startswith("keras.layers"):
        raise Unsupported("is none of Keras' own layers; a layer such as Rescaling, Add or Multiply would work")
    if kind in TRAINING_ONLY:
        return values[0]
    part = Layer(network, layer, weights, version)
    if kind in SEVERAL and len(values) > 1:
        return SEVERAL[kind](part, values)
    if kind not in ONE:
        raise Unsupported(
            "runs Python code of its own; Keras' own layers would work" if kind in ("Lambda", "TFOpLambda")
            else "no such layer is read")
    if len(values) != 1:
        raise KerasError(f"its layer '{part.title}' ({kind}) reads {len(values)} values")
    return ONE[kind](part, values[0])
