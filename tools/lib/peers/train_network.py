"""The network of a recording of `glint bench --training --record` in PyTorch and in Keras, and steps of its training.

A recording holds the layers, weights before the first step and their gradients, pictures and labels. Glint keeps
weights with the outputs first and the channels last, and so do the pictures.
"""

import json
import os


class Recording:
    """What a file says: `nodes`, the layers in order; `weights` and `gradients` by name; `pixels`
    `[batches, n, h, w, channels]` and `labels` `[batches, n]`."""

    def __init__(self, path):
        from safetensors import safe_open
        with safe_open(path, "np") as file:
            self.nodes = json.loads(file.metadata()["network"])
            values = {name: file.get_tensor(name) for name in file.keys() if not name.startswith("_fill.")}
        self.pixels, self.labels = values.pop("pixels"), values.pop("labels")
        self.gradients = {name.removesuffix(".gradient"): value for name, value in values.items()
                          if name.endswith(".gradient")}
        self.weights = {name: value for name, value in values.items() if not name.endswith(".gradient")}

    def units(self):
        """The pictures as float32 from 0 to 1."""
        import numpy as np
        return self.pixels.astype(np.float32) / np.float32(255)


def torch_layer(node, weights, shape):
    """What computes `node` in PyTorch, with its weights. `shape` is that of its input without the batch, channels
    first, which PyTorch also flattens first."""
    import torch
    from torch import nn
    kind = node["kind"]

    def tensor(suffix):
        return torch.from_numpy(weights[node["name"] + suffix].copy())

    if kind == "conv":
        top, left, bottom, right = node["padding"]
        even = top == bottom and left == right
        inputs, groups = shape[0], node["groups"]
        layer = nn.Conv2d(inputs, node["outputs"], node["window"], node["stride"], (top, left) if even else 0,
                          node["dilation"], groups)
        layer.weight.data = tensor(".weight").permute(0, 3, 1, 2).contiguous()
        layer.bias.data = tensor(".bias")
        return layer if even else nn.Sequential(nn.ZeroPad2d((left, right, top, bottom)), layer)
    if kind == "norm":
        layer = nn.BatchNorm2d(shape[0])
        layer.weight.data, layer.bias.data = tensor(".scale"), tensor(".shift")
        return layer
    if kind == "dense":
        layer = nn.Linear(weights[node["name"] + ".weight"].shape[1], node["outputs"])
        layer.weight.data, layer.bias.data = tensor(".weight"), tensor(".bias")
        return layer
    if kind == "mean":
        return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
    if kind == "maxpool":
        if any(node["padding"]):
            raise SystemExit(f"{node['name']}: pools with padding are not built here")
        return nn.MaxPool2d(node["window"], node["stride"])
    if kind == "upsample":
        return nn.Upsample(scale_factor=node["times"])
    # Nothing is dropped in a recording.
    simple = {"relu": nn.ReLU, "relu6": nn.ReLU6, "flatten": nn.Flatten, "dropout": nn.Identity}
    if kind not in simple:
        raise SystemExit(f"{node['name']}: {kind} is not built here")
    return simple[kind]()


def torch_network(recording):
    """The network of a recording as a module."""
    import torch
    from torch import nn

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList()
            self.reads = [node["inputs"] for node in recording.nodes]
            value = torch.from_numpy(recording.units()[0, :1]).permute(0, 3, 1, 2)
            values, flat = [value], {}
            for node in recording.nodes:
                inputs = [values[index] for index in node["inputs"]]
                weights = dict(recording.weights)
                if node["kind"] == "dense" and node["inputs"][0] in flat:
                    # Glint flattens rows, columns, channels; PyTorch channels first.
                    channels, rows, columns = flat[node["inputs"][0]]
                    name = node["name"] + ".weight"
                    weights[name] = weights[name].reshape(-1, rows, columns, channels).transpose(
                        0, 3, 1, 2).reshape(len(weights[name]), -1)
                layer = None if node["kind"] == "add" else torch_layer(node, weights, inputs[0].shape[1:])
                if node["kind"] == "flatten":
                    flat[len(values)] = tuple(inputs[0].shape[1:])
                self.layers.append(layer if layer is not None else nn.Identity())
                values.append(inputs[0] + inputs[1] if layer is None else layer.eval()(*inputs))
            self.flat = flat
            self.train()

        def forward(self, value):
            values = [value]
            for layer, reads in zip(self.layers, self.reads):
                values.append(values[reads[0]] + values[reads[1]] if len(reads) == 2 else layer(values[reads[0]]))
            return values[-1]

    return Network()


def torch_training(recording, number_type):
    """The network in PyTorch, its loss function, and the recorded batches."""
    import torch
    kind = getattr(torch, number_type)
    model = torch_network(recording).to(dtype=kind, memory_format=torch.channels_last)
    batches = [(torch.from_numpy(batch.transpose(0, 3, 1, 2)).to(kind).contiguous(memory_format=torch.channels_last),
                torch.from_numpy(label[:, None]).to(kind))
               for batch, label in zip(recording.units(), recording.labels)]
    return model, torch.nn.BCEWithLogitsLoss(), batches


def torch_step(recording, threads, learning_rate, number_type="float32"):
    """A function that does step `n` with PyTorch and returns its loss."""
    import torch
    torch.set_num_threads(threads)
    model, loss_of, batches = torch_training(recording, number_type)
    optimizer = torch.optim.Adam(model.parameters(), learning_rate)

    def step(number):
        images, targets = batches[number % len(batches)]
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(model(images), targets)
        loss.backward()
        optimizer.step()
        return float(loss.detach())
    return step


def torch_gradients(recording, number_type):
    """The gradients of the first step by name, as flat as `glint_gradients`."""
    model, loss_of, batches = torch_training(recording, number_type)
    images, targets = batches[0]
    loss_of(model(images), targets).backward()
    names = [name for node in recording.nodes for name in (
        node["name"] + suffix for suffix in (".weight", ".bias", ".scale", ".shift")) if name in recording.gradients]
    return {name: parameter.grad.contiguous().double().numpy().ravel()
            for name, parameter in zip(names, model.parameters(), strict=True)}


def glint_gradients(recording):
    """The recorded gradients by name, flat, in PyTorch's order."""
    import numpy as np
    flat = torch_network(recording).flat
    reads = {node["name"]: node["inputs"][0] for node in recording.nodes}
    found = {}
    for name, value in recording.gradients.items():
        if value.ndim == 4:
            value = value.transpose(0, 3, 1, 2)
        elif value.ndim == 2 and reads[name.removesuffix(".weight")] in flat:
            channels, rows, columns = flat[reads[name.removesuffix(".weight")]]
            value = value.reshape(-1, rows, columns, channels).transpose(0, 3, 1, 2)
        found[name] = value.astype(np.float64).ravel()
    return found


def keras_layer(node):
    """What computes `node` in Keras, without its weights, and whether it has some."""
    import keras
    layers, kind = keras.layers, node["kind"]
    if kind == "conv":
        outputs, groups = node["outputs"], node["groups"]
        top, left, bottom, right = node["padding"]
        layer = layers.Conv2D(outputs, node["window"], node["stride"], dilation_rate=node["dilation"], groups=groups)
        if not any(node["padding"]):
            return layer, layer
        if node["stride"] == 1 and node["dilation"] == 1 and node["padding"] == [1] * 4 and node["window"] == [3, 3]:
            layer.padding = "same"
            return layer, layer
        pad = layers.ZeroPadding2D(((top, bottom), (left, right)))
        return (lambda value: layer(pad(value))), layer
    if kind == "norm":
        layer = layers.BatchNormalization(momentum=0.9, epsilon=1e-5)
        return layer, layer
    if kind == "dense":
        layer = layers.Dense(node["outputs"])
        return layer, layer
    if kind == "maxpool":
        return layers.MaxPooling2D(node["window"], node["stride"]), None
    if kind == "upsample":
        return layers.UpSampling2D(node["times"]), None
    # Nothing is dropped in a recording.
    simple = {"relu": layers.ReLU, "flatten": layers.Flatten, "mean": layers.GlobalAveragePooling2D,
              "relu6": lambda: layers.ReLU(6.0), "dropout": layers.Identity}
    if kind not in simple:
        raise SystemExit(f"{node['name']}: {kind} is not built here")
    return simple[kind](), None


def keras_step(recording, threads, learning_rate):
    """A function that does step `n` with Keras and returns its loss."""
    os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="", KERAS_BACKEND="tensorflow",
                      TF_NUM_INTRAOP_THREADS=str(threads), TF_NUM_INTEROP_THREADS="1")
    import keras
    import numpy as np
    import tensorflow as tf
    values, owners = [keras.layers.Input(recording.pixels.shape[2:])], []
    for node in recording.nodes:
        inputs = [values[index] for index in node["inputs"]]
        if node["kind"] == "add":
            values.append(keras.layers.Add()(inputs))
            continue
        layer, owner = keras_layer(node)
        values.append(layer(inputs[0]))
        if owner is not None:
            owners.append((node, owner))
    model = keras.Model(values[0], values[-1])
    for node, layer in owners:  # outputs last, where Glint has them first
        own = {suffix: recording.weights.get(f"{node['name']}.{suffix}")
               for suffix in ("weight", "bias", "scale", "shift", "mean", "variance")}
        if node["kind"] == "norm":
            layer.set_weights([own["scale"], own["shift"], own["mean"], own["variance"]])
        else:
            axes = (1, 2, 3, 0) if own["weight"].ndim == 4 else (1, 0)
            layer.set_weights([own["weight"].transpose(axes), own["bias"]])
    model.compile(optimizer=keras.optimizers.Adam(learning_rate, epsilon=1e-8),
                  loss=keras.losses.BinaryCrossentropy(from_logits=True), jit_compile=False)
    batches = [(tf.constant(batch), tf.constant(label[:, None].astype(np.float32)))
               for batch, label in zip(recording.units(), recording.labels)]

    def step(number):
        model.reset_metrics()  # otherwise the loss is the mean of all steps so far
        return float(model.train_on_batch(*batches[number % len(batches)]))
    return step
