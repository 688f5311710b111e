"""Reads Keras files, HDF5 of Keras 2 and 3 and the zip format (.keras): layers with their settings, and weights."""

import io
import json
import zipfile

import h5py
import numpy as np


class KerasError(Exception):
    """What is wrong with a file, for people."""


# The weights of a layer in the order in which files without names keep them, with the setting each depends on.
WEIGHTS = {
    "Conv2D": [("kernel", None), ("bias", "use_bias")],
    "Conv2DTranspose": [("kernel", None), ("bias", "use_bias")],
    "DepthwiseConv2D": [("depthwise_kernel", None), ("bias", "use_bias")],
    "SeparableConv2D": [("depthwise_kernel", None), ("pointwise_kernel", None), ("bias", "use_bias")],
    "Dense": [("kernel", None), ("bias", "use_bias")],
    "BatchNormalization": [
        ("gamma", "scale"), ("beta", "center"), ("moving_mean", None), ("moving_variance", None)],
    "Normalization": [("mean", None), ("variance", None)],
    "PReLU": [("alpha", None)],
}
# Names that versions of Keras give to the same weights.
SYNONYMS = {"depthwise_kernel": ["depthwise_kernel", "kernel"]}


class KerasFile:
    """The root of the layers (`config`), the version, and the weights by layer."""

    def __init__(self, path):
        self.config = None
        self.version = ""
        if zipfile.is_zipfile(path):
            self._read_archive(path)
        elif h5py.is_hdf5(path):
            self._read_hdf5(path)
        else:
            raise KerasError("is no Keras model: neither HDF5 (.h5) nor a zip archive (.keras)")

    def _read_archive(self, path):
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if "config.json" not in names or "model.weights.h5" not in names:
                raise KerasError("is a zip archive without config.json and model.weights.h5, so no Keras model")
            self.config = json.loads(archive.read("config.json"))
            if "metadata.json" in names:
                self.version = str(json.loads(archive.read("metadata.json")).get("keras_version", ""))
            self.file = h5py.File(io.BytesIO(archive.read("model.weights.h5")), "r")
        self.weights = self._numbered

    def _read_hdf5(self, path):
        self.file = h5py.File(path, "r")
        text = self.file.attrs.get("model_config")
        if text is None:
            raise KerasError(
                "holds weights alone; build the model, load them, and save it whole: model.save('net.keras')")
        self.config = json.loads(text)
        self.version = str(self.file.attrs.get("keras_version", ""))
        self.groups = self.file["model_weights"] if "model_weights" in self.file else self.file
        self.weights = self._by_name

    def _by_name(self, layer, path):
        """Weights of HDF5 files: below the outermost layer's group, in one with the layer's own name."""
        name = layer["config"]["name"]
        outer = path[0]["config"]["name"] if path else name
        if outer not in self.groups:
            return {}
        found = {}

        def visit(place, entry):
            parts = place.split("/")
            # A model inside another keeps its layers' weights under their names.
            if isinstance(entry, h5py.Dataset) and (not path or name in parts[:-1]):
                found[parts[-1].split(":")[0]] = np.asarray(entry, np.float32)

        self.groups[outer].visititems(visit)
        return found

    def _numbered(self, layer, path):
        """Weights of the zip format: layers are called by their class, with numbers where several are of one, and
        weights are numbered. Newer files tell each layer's own name as well."""
        place = self.file
        for parent, child in zip([{"config": self.config["config"]}] + path, path + [layer]):
            key = _class_name(parent["config"]["layers"], child)
            group = next((place[name] for name in ("layers", "_layer_checkpoint_dependencies") if name in place), None)
            if group is None or key not in group:
                return {}
            place = group[key]
        if "vars" not in place:
            return {}
        said = place["vars"].attrs.get("name")
        if said is not None and said != layer["config"]["name"]:
            raise KerasError(f"its weights of layer '{layer['config']['name']}' are those of '{said}'")
        arrays = [np.asarray(place["vars"][str(index)]) for index in range(len(place["vars"]))]
        expected = [
            name for name, setting in WEIGHTS.get(layer["class_name"], [])
            if setting is None or layer["config"].get(setting, True)]
        return {name: array.astype(np.float32) for name, array in zip(expected, arrays)}


def _class_name(layers, layer):
    """How the zip format calls a layer among its siblings: by its class in small letters, numbered from the second."""
    counts = {}
    for other in layers:
        name = _snake(other["class_name"])
        number = counts.get(name, 0)
        counts[name] = number + 1
        if other is layer:
            return f"{name}_{number}" if number else name
    raise KerasError(f"layer '{layer['config']['name']}' stands in no list of layers")


def _snake(name):
    """`BatchNormalization` as `batch_normalization`, `Conv2D` as `conv2d`, `ReLU` as `re_lu`: a capital begins a word
    where a small letter stands before or after it."""
    result = ""
    for index, letter in enumerate(name):
        begins = letter.isupper() and (name[index - 1:index].islower() or name[index + 1:index + 2].islower())
        result += ("_" if begins and index else "") + letter.lower()
    return result


def weight(weights, name, layer):
    """One of a layer's weights."""
    for synonym in SYNONYMS.get(name, [name]):
        if synonym in weights:
            return weights[synonym]
    raise KerasError(f"its layer '{layer['config']['name']}' ({layer['class_name']}) has no {name}")
