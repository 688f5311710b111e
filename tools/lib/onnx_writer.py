"""Writes ONNX files: as much of the wire format of Protocol Buffers and of ONNX's messages as a network takes."""

import struct

import numpy as np

OPSET = 20
IR_VERSION = 9


def varint(number):
    number &= (1 << 64) - 1
    result = bytearray()
    while number >= 0x80:
        result.append(number & 0x7F | 0x80)
        number >>= 7
    result.append(number)
    return bytes(result)


def whole(field, number):
    return varint(field << 3) + varint(number)


def content(field, data):
    data = data.encode() if isinstance(data, str) else data
    return varint(field << 3 | 2) + varint(len(data)) + data


def attribute(name, value):
    """An AttributeProto; its type follows from the value's."""
    message = content(1, name)
    if isinstance(value, str):
        return message + content(4, value) + whole(20, 3)
    if isinstance(value, int):
        return message + whole(3, value) + whole(20, 2)
    if isinstance(value, float):
        return message + varint(2 << 3 | 5) + struct.pack("<f", value) + whole(20, 1)
    return message + b"".join(whole(8, int(number)) for number in value) + whole(20, 7)


class Network:
    """A graph under construction. Values are names."""

    def __init__(self, producer, version):
        self.graph = content(2, "network")
        self.count = 0
        self.titles = set()
        self.producer, self.version = producer, version

    def node(self, operator, inputs, layer, **attributes):
        """Adds a node of a layer; the name of what it makes."""
        self.count += 1
        result = f"{layer}:{self.count}"
        # The first of a layer's nodes is called as the layer.
        title = result if layer in self.titles else layer
        self.titles.add(title)
        message = b"".join(content(1, name) for name in inputs) + content(2, result) + content(3, title)
        message += content(4, operator)
        message += b"".join(content(5, attribute(name, value)) for name, value in attributes.items())
        self.graph += content(1, message)
        return result

    def constant(self, numbers, layer):
        """Adds a tensor of floats or whole numbers; its name."""
        array = np.asarray(numbers)
        array = array.astype("<f4" if array.dtype.kind == "f" else "<i8")
        self.count += 1
        name = f"{layer}:{self.count}"
        message = b"".join(whole(1, extent) for extent in array.shape)
        message += whole(2, 1 if array.dtype.kind == "f" else 7) + content(8, name) + content(9, array.tobytes())
        self.graph += content(5, message)
        return name

    def named(self, value, name):
        """Gives a value another name."""
        message = content(1, value) + content(2, name) + content(3, f"{name}:end") + content(4, "Identity")
        self.graph += content(1, message)

    @staticmethod
    def _info(name, shape):
        """A value's name and shape; an open extent is a name of its own."""
        extents = b"".join(
            content(1, whole(1, extent) if isinstance(extent, int) else content(2, extent)) for extent in shape)
        return content(1, name) + content(2, content(1, whole(1, 1) + content(2, extents)))

    def input(self, name, shape):
        """Names an input; extents that are open are None."""
        extents = [f"{name}:{axis}" if extent is None else int(extent) for axis, extent in enumerate(shape)]
        self.graph += content(11, self._info(name, extents))

    def output(self, name, rank):
        """Names an output, whose extents follow from the input's."""
        self.graph += content(12, self._info(name, [f"{name}:{axis}" for axis in range(rank)]))

    def bytes(self):
        return (whole(1, IR_VERSION) + content(2, self.producer) + content(3, self.version) + content(7, self.graph)
                + content(8, whole(2, OPSET)))
