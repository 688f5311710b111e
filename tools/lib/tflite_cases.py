"""TensorFlow Lite files of one operator each, made by code: what the operators that Glint imports are held against
LiteRT with. Each has one input of a picture, channels last."""

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

PICTURE = (1, 6, 8, 4)
RANDOM = np.random.default_rng(15)


def weights(*shape):
    return RANDOM.normal(0, 0.5, shape).astype(np.float32)


class Case:
    """A network under construction; tensors are numbers."""

    def __init__(self, shape=PICTURE):
        self.model, self.graph = schema.ModelT(), schema.SubGraphT()
        self.model.version, self.model.description, self.model.buffers = 3, b"case", [schema.BufferT()]
        self.model.operatorCodes, self.graph.tensors, self.graph.operators = [], [], []
        self.input = self.tensor(shape)

    def tensor(self, shape, values=None):
        tensor = schema.TensorT()
        tensor.name, tensor.shape = f"t{len(self.graph.tensors)}".encode(), list(shape)
        tensor.type, tensor.buffer = schema.TensorType.FLOAT32, 0
        if values is not None:
            whole = values.dtype.kind == "i"
            tensor.type = schema.TensorType.INT32 if whole else schema.TensorType.FLOAT32
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(values.astype("<i4" if whole else "<f4").tobytes(), np.uint8)
            tensor.buffer = len(self.model.buffers)
            self.model.buffers.append(buffer)
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def constant(self, values):
        values = np.asarray(values)
        values = values.astype(np.int32) if values.dtype.kind == "i" else values.astype(np.float32)
        return self.tensor(values.shape, values)

    def node(self, name, inputs, shapes, options=None, **settings):
        """Adds an operator; its results' numbers. `shapes` are those of its results."""
        code = schema.OperatorCodeT()
        number = getattr(schema.BuiltinOperator, name)
        code.builtinCode, code.deprecatedBuiltinCode, code.version = number, min(number, 127), 1
        operator = schema.OperatorT()
        operator.opcodeIndex, operator.inputs = len(self.model.operatorCodes), list(inputs)
        operator.outputs = [self.tensor(shape) for shape in shapes]
        if options:
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, options)
            operator.builtinOptions = getattr(schema, options + "T")()
            for setting, value in settings.items():
                setattr(operator.builtinOptions, setting, value)
        self.model.operatorCodes.append(code)
        self.graph.operators.append(operator)
        return operator.outputs

    def bytes(self, outputs):
        self.graph.inputs, self.graph.outputs, self.model.subgraphs = [self.input], list(outputs), [self.graph]
        builder = flatbuffers.Builder(1024)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())


def one(name, constants=(), shape=None, options=None, first=True, source=PICTURE, **settings):
    """A file of one operator that reads the input and constants."""
    case = Case(source)
    others = [case.constant(values) for values in constants]
    inputs = [case.input] + others if first else others + [case.input]
    outputs = case.node(name, inputs, [shape or source], options, **settings)
    return case.bytes(outputs)


def windows():
    for padding, rows, columns in ((0, 3, 4), (1, 2, 3)):
        convolution = dict(padding=padding, strideW=2, strideH=2)
        yield f"CONV_2D padding {padding}", one(
            "CONV_2D", [weights(5, 3, 3, 4), weights(5)], (1, rows, columns, 5), "Conv2DOptions",
            fusedActivationFunction=1, **convolution)
        yield f"DEPTHWISE_CONV_2D padding {padding}", one(
            "DEPTHWISE_CONV_2D", [weights(1, 3, 3, 8), weights(8)], (1, rows, columns, 8), "DepthwiseConv2DOptions",
            depthMultiplier=2, fusedActivationFunction=3, **convolution)
        for pool in ("MAX_POOL_2D", "AVERAGE_POOL_2D"):
            yield f"{pool} padding {padding}", one(
                pool, [], (1, rows, columns, 4), "Pool2DOptions", filterWidth=3, filterHeight=3, **convolution)
    yield "CONV_2D dilated", one(
        "CONV_2D", [weights(3, 3, 3, 4), weights(3)], (1, 6, 8, 3), "Conv2DOptions", padding=0, strideW=1, strideH=1,
        dilationWFactor=2, dilationHFactor=2)
    yield "CONV_2D grouped", one(
        "CONV_2D", [weights(6, 3, 3, 2), weights(6)], (1, 6, 8, 6), "Conv2DOptions", padding=0, strideW=1, strideH=1)
    for kernel, stride, padding, rows, columns in (
            (3, 2, 0, 12, 16), (3, 2, 1, 13, 17), (2, 3, 0, 18, 24), (4, 2, 0, 11, 15)):
        case = Case()
        inputs = [case.constant([1, rows, columns, 3]), case.constant(weights(3, kernel, kernel, 4)), case.input,
                  case.constant(weights(3))]
        yield f"TRANSPOSE_CONV {kernel} by {stride} padding {padding}", case.bytes(
            case.node("TRANSPOSE_CONV", inputs, [(1, rows, columns, 3)], "TransposeConvOptions", padding=padding,
                      strideW=stride, strideH=stride))
    for name, kind in (("RESIZE_BILINEAR", "ResizeBilinearOptions"),
                       ("RESIZE_NEAREST_NEIGHBOR", "ResizeNearestNeighborOptions")):
        for corners, centres in ((False, False), (True, False), (False, True)):
            for rows, columns in ((12, 16), (9, 20)):
                yield f"{name} {rows}x{columns} corners {corners} centres {centres}", one(
                    name, [np.asarray([rows, columns])], (1, rows, columns, 4), kind, alignCorners=corners,
                    halfPixelCenters=centres)
    yield "SPACE_TO_DEPTH", one("SPACE_TO_DEPTH", [], (1, 3, 4, 16), "SpaceToDepthOptions", blockSize=2)
    yield "DEPTH_TO_SPACE", one("DEPTH_TO_SPACE", [], (1, 12, 16, 1), "DepthToSpaceOptions", blockSize=2)


def functions():
    for name in ("LOGISTIC", "TANH", "RELU", "RELU6", "RELU_N1_TO_1", "RELU_0_TO_1", "HARD_SWISH", "ELU", "ABS", "NEG",
                 "EXP", "SQRT", "RSQRT", "SQUARE", "LOG"):
        case = Case()
        # Numbers of both signs, or above 0 where others have no result.
        positive = name in ("SQRT", "RSQRT", "LOG")
        scaled, = case.node("MUL", [case.input, case.constant(np.float32(4))], [PICTURE], "MulOptions")
        moved, = case.node("SUB", [scaled, case.constant(np.float32(-0.1 if positive else 2))], [PICTURE], "SubOptions")
        yield name, case.bytes(case.node(name, [moved], [PICTURE]))
    for name, options, settings in (
            ("LEAKY_RELU", "LeakyReluOptions", {"alpha": 0.25}), ("GELU", "GeluOptions", {"approximate": False}),
            ("GELU", "GeluOptions", {"approximate": True})):
        case = Case()
        moved, = case.node("SUB", [case.input, case.constant(np.float32(0.5))], [PICTURE], "SubOptions")
        yield f"{name} {settings}", case.bytes(case.node(name, [moved], [PICTURE], options, **settings))
    case = Case()
    moved, = case.node("SUB", [case.input, case.constant(np.float32(0.5))], [PICTURE], "SubOptions")
    yield "PRELU", case.bytes(case.node("PRELU", [moved, case.constant(weights(1, 1, 4))], [PICTURE]))
    for name, options in (("ADD", "AddOptions"), ("SUB", "SubOptions"), ("MUL", "MulOptions"), ("DIV", "DivOptions"),
                          ("MAXIMUM", "MaximumMinimumOptions"), ("MINIMUM", "MaximumMinimumOptions")):
        for shape in ((), (4,), (1, 6, 1, 1), PICTURE):
            yield f"{name} {shape}", one(name, [np.abs(weights(*shape)) + np.float32(0.1)], None, options)
    case = Case()
    pooled, = case.node("MEAN", [case.input, case.constant([1, 2])], [(1, 1, 1, 4)], "ReducerOptions", keepDims=True)
    gate, = case.node("LOGISTIC", [pooled], [(1, 1, 1, 4)])
    yield "squeeze and excitation", case.bytes(case.node("MUL", [case.input, gate], [PICTURE], "MulOptions"))


def moves():
    yield "FULLY_CONNECTED", one(
        "FULLY_CONNECTED", [weights(5, 192), weights(5)], (1, 5), "FullyConnectedOptions", fusedActivationFunction=1)
    yield "FULLY_CONNECTED by place", one(
        "FULLY_CONNECTED", [weights(5, 4), weights(5)], (1, 6, 8, 5), "FullyConnectedOptions", keepNumDims=True)
    for axes, keep, shape in (([1, 2], False, (1, 4)), ([1, 2], True, (1, 1, 1, 4)), ([3], True, (1, 6, 8, 1)),
                              ([1], False, (1, 8, 4))):
        for name in ("MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN"):
            yield f"{name} {axes} {keep}", one(
                name, [np.asarray(axes)], shape, "ReducerOptions", keepDims=keep)
    yield "SOFTMAX beta 0.5", one("SOFTMAX", [], (1, 48), "SoftmaxOptions", source=(1, 48), beta=0.5)
    yield "SOFTMAX by place", one("SOFTMAX", [], None, "SoftmaxOptions", beta=1.0)
    # At the end of a network it is taken for a softmax, whose labels are the same.
    case = Case()
    logarithms, = case.node("LOG_SOFTMAX", [case.input], [PICTURE], "LogSoftmaxOptions")
    yield "LOG_SOFTMAX", case.bytes(case.node("NEG", [logarithms], [PICTURE]))
    yield "PAD", one("PAD", [np.asarray([[0, 0], [1, 2], [0, 3], [0, 0]])], (1, 9, 11, 4))
    yield "PAD channels", one("PAD", [np.asarray([[0, 0], [0, 0], [0, 0], [1, 2]])], (1, 6, 8, 7))
    yield "PADV2", one(
        "PADV2", [np.asarray([[0, 0], [1, 2], [0, 3], [0, 0]]), np.float32(0.5)], (1, 9, 11, 4))
    yield "MIRROR_PAD", one(
        "MIRROR_PAD", [np.asarray([[0, 0], [1, 2], [0, 3], [0, 0]])], (1, 9, 11, 4), "MirrorPadOptions", mode=0)
    yield "TRANSPOSE", one("TRANSPOSE", [np.asarray([0, 2, 1, 3])], (1, 8, 6, 4))
    yield "TRANSPOSE channels", one("TRANSPOSE", [np.asarray([0, 3, 1, 2])], (1, 4, 6, 8))
    yield "RESHAPE", one("RESHAPE", [np.asarray([1, 4, 12, 4])], (1, 4, 12, 4))
    for axis, shape in ((3, (1, 6, 8, 8)), (2, (1, 6, 16, 4)), (1, (1, 12, 8, 4))):
        case = Case()
        other, = case.node("ABS", [case.input], [PICTURE])
        both = case.node("CONCATENATION", [case.input, other], [shape], "ConcatenationOptions", axis=axis)
        yield f"CONCATENATION {axis}", case.bytes(both)
    for axis, shape in ((3, (1, 6, 8, 2)), (1, (1, 3, 8, 4))):
        case = Case()
        inputs = [case.constant(np.int32(axis)), case.input]
        parts = case.node("SPLIT", inputs, [shape] * 2, "SplitOptions", numSplits=2)
        yield f"SPLIT {axis}", case.bytes(case.node("SUB", parts, [shape], "SubOptions"))
    case = Case()
    parts = case.node("SPLIT_V", [case.input, case.constant([1, 3]), case.constant(np.int32(3))],
                      [(1, 6, 8, 1), (1, 6, 8, 3)], "SplitVOptions", numSplits=2)
    yield "SPLIT_V", case.bytes(case.node("MUL", parts, [(1, 6, 8, 3)], "MulOptions"))
    yield "SLICE", one("SLICE", [np.asarray([0, 1, 2, 0]), np.asarray([1, 3, -1, 2])], (1, 3, 6, 2))
    for begin, end, steps, masks, shape in (
            ([0, 1, 0, 1], [1, 6, 8, 3], [1, 2, 3, 1], {}, (1, 3, 3, 2)),
            ([0, 0, 0, 1], [0, 0, 0, 0], [1, 2, 1, 1], {"beginMask": 7, "endMask": 15}, (1, 3, 8, 3)),
            ([0, 0, -1, 0], [1, 6, 0, 4], [1, 1, 1, 1], {"shrinkAxisMask": 4}, (1, 6, 4)),
            ([0, 0, 0, 3], [1, 6, 8, 0], [1, 1, 1, -1], {}, (1, 6, 8, 3))):
        yield f"STRIDED_SLICE {begin} {end} {steps} {masks}", one(
            "STRIDED_SLICE", [np.asarray(begin), np.asarray(end), np.asarray(steps)], shape, "StridedSliceOptions",
            **masks)


def cases():
    """Names and files."""
    yield from windows()
    yield from functions()
    yield from moves()
