"""Writes a Keras model as an ONNX network. Used by tools/import-keras; arguments: the Keras file and the ONNX file.
Exit status 1 with words about all that has no counterpart; nothing is written then."""

import os
import pathlib
import signal
import sys

import keras_layers
from keras_files import KerasError, KerasFile
from keras_layers import Unsupported, Value
from onnx_writer import Network

# The longest that a file may take to be read.
SECONDS = 60
MODELS = {"Sequential", "Functional", "Model"}


class Converter:
    """Walks from outputs to inputs, so that each layer is added once, after what it reads."""

    def __init__(self, file):
        self.file = file
        self.network = Network("tools/import-keras", f"of Keras {file.version}".strip())
        self.refused = []

    def convert(self):
        model = self.file.config
        if model["class_name"] not in MODELS:
            raise KerasError(f"is a model of class {model['class_name']}; Sequential and Functional ones are read")
        for name, value in self.model(model, None, []):
            self.network.named(value.name, name)
            self.network.output(name, value.rank)
        if self.refused:
            raise KerasError(
                f"{len(self.refused)} layers cannot be imported; nothing was written.\n  " + "\n  ".join(self.refused))
        return self.network.bytes()

    def model(self, model, values, path):
        """Outputs of a model with their names; `values` go in, where it is inside another."""
        layers = model["config"]["layers"]
        if model["class_name"] == "Sequential":
            return self.sequence(model, layers, values, path)
        made = {}
        by_name = {layer["config"]["name"]: layer for layer in layers}
        starts = references(model["config"]["input_layers"])
        for index, (name, _, _) in enumerate(starts):
            made[name, 0] = [values[index]] if values else [self.input(by_name[name])]

        def value(reference):
            name, node, tensor = reference
            if (name, node) not in made:
                layer = by_name[name]
                calls = layer["inbound_nodes"]
                # A model that was called before it was put in here counts those calls as well.
                call = calls[min(node, len(calls) - 1)]
                made[name, node] = self.layer(layer, [value(read) for read in inbound(call)], path)
            return made[name, node][tensor]

        return [(end[0], value(end)) for end in references(model["config"]["output_layers"])]

    def sequence(self, model, layers, values, path):
        current = values
        for index, layer in enumerate(layers):
            if current is None:
                current = [self.input(layer)]
            if layer["class_name"] != "InputLayer":
                current = self.layer(layer, current, path)
        return [(layers[-1]["config"]["name"], current[0])]

    def input(self, layer):
        config = layer["config"]
        if layer["class_name"] in MODELS:
            return self.input(config["layers"][0])
        shape = config.get("batch_shape") or config.get("batch_input_shape")
        if shape is None:
            # Sequential models that were never told their input keep what they were built for.
            shape = self.file.config["config"].get("build_input_shape") or (
                self.file.config.get("build_config") or {}).get("input_shape")
        if shape is None:
            raise KerasError("does not say the extents of its input; call model.build((None, ...)) and save it again")
        name = config["name"] if layer["class_name"] == "InputLayer" else "input"
        self.network.input(name, shape)
        return Value(name, len(shape))

    def layer(self, layer, values, path):
        """The values that a layer makes, most often one."""
        kind, name = layer["class_name"], layer["config"]["name"]
        if kind in MODELS:
            return [value for _, value in self.model(layer, values, path + [layer])]
        try:
            weights = self.file.weights(layer, path)
            return [keras_layers.added(self.network, layer, values, weights, self.file.version)]
        except Unsupported as reason:
            words = f"layer '{name}' ({kind}): {reason}"
            if words not in self.refused:
                self.refused.append(words)
            # What follows is tried too, so that all that is in the way is named at once.
            return [values[0]]


def references(entries):
    """Names of layers with the numbers of their call and result, from one such list or several."""
    return [entries] if entries and isinstance(entries[0], str) else entries


def inbound(call):
    """What a call of a layer reads, in the form of Keras 3 or of Keras 2."""
    if not isinstance(call, dict):
        return [tuple(entry[:3]) for entry in references(call)]
    found = []

    def visit(entry):
        if isinstance(entry, dict) and entry.get("class_name") == "__keras_tensor__":
            found.append(tuple(entry["config"]["keras_history"]))
        elif isinstance(entry, dict):
            for inner in entry.values():
                visit(inner)
        elif isinstance(entry, list):
            for inner in entry:
                visit(inner)

    visit(call["args"])
    visit(call.get("kwargs", {}))
    return found


def write(source, target):
    """Writes the network; the status to end with."""
    try:
        content = Converter(KerasFile(source)).convert()
    except KerasError as error:
        print(f"{source}: {error}", file=sys.stderr)
        return 1
    # Of damaged files, the readers of JSON, zip and HDF5 raise what they like.
    except Exception as error:
        words = f"is damaged, or of a version that is not read ({type(error).__name__}: {error})"
        print(f"{source}: {words}", file=sys.stderr)
        return 1
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.rename(target)
    return 0


def main():
    source, target = sys.argv[1], pathlib.Path(sys.argv[2])
    sys.setrecursionlimit(100_000)
    # A process of its own: HDF5 is a library in C, which damaged files can end, or keep for ever.
    child = os.fork()
    if child == 0:
        signal.alarm(SECONDS)
        status = write(source, target)
        sys.stderr.flush()
        os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status == -signal.SIGALRM:
        sys.exit(f"{source}: is damaged: it was not read after {SECONDS} seconds")
    if status < 0:
        sys.exit(f"{source}: is damaged: the HDF5 library ended with signal {-status}")
    sys.exit(status)


if __name__ == "__main__":
    main()
