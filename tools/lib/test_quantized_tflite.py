"""Holds imported full-int8 networks against LiteRT's reference kernels, layer by layer. Used by
tools/test-quantized-tflite; arguments: the program, pictures a network, and files.

Each operator gets the codes that Glint's network has before it, so that what one layer does otherwise is not counted
again in those behind it. What Glint has no value of its own for (a view, padding that a convolution takes in) is
LiteRT's. Float files are quantized first, by ai-edge-quantizer.
"""

import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np
from safetensors.numpy import load_file

import tflite_cases
from tflite_layers import Layers, quantized
from test_data import picture, png


class Count:
    """Codes of a kind of layer."""

    def __init__(self):
        self.compared = self.differing = self.most = self.unsound = 0

    def add(self, ours, theirs):
        distance = np.abs(ours.astype(np.int64).ravel() - theirs.astype(np.int64).ravel())
        self.compared += distance.size
        self.differing += int((distance > 0).sum())
        self.most = max(self.most, int(distance.max(initial=0)))

    def join(self, other):
        self.compared += other.compared
        self.differing += other.differing
        self.most = max(self.most, other.most)
        self.unsound += other.unsound

    def __str__(self):
        share = 100 * self.differing / max(self.compared, 1)
        unsound = f"; LiteRT itself is further from the quotient for {self.unsound}" if self.unsound else ""
        return f"{self.differing:,} of {self.compared:,} differ ({share:.3f} %), by {self.most} at most{unsound}"


def glint(*arguments):
    return subprocess.run([GLINT, *map(str, arguments)], capture_output=True, text=True)


def title(name):
    """The name that a layer has in Glint."""
    first = name.split(";")[0]
    return (first.lstrip("/") or "node") if first else "node"


class Values:
    """Names of Glint's values with their scales and zero points, in order."""

    def __init__(self, path):
        data = path.read_bytes()
        header = json.loads(data[8:8 + int.from_bytes(data[:8], "little")])
        graph = json.loads(header["__metadata__"]["graph"])
        tensors = load_file(path)
        leaving = {output["value"] for output in graph["outputs"]}
        self.all = [
            (name, scale, zero) for name, scale, zero in zip(
                ["input"] + [node["name"] for node in graph["nodes"]], tensors["values.scale"],
                tensors["values.zero_point"]) if name not in leaving]

    def of(self, layers):
        """For results of operators, the names of the values that hold them: of those that it became the last one of the
        same scale, or, where several operators have one title, the one in its place."""
        steps = collections.defaultdict(list)
        for index, (_, _, makes) in enumerate(layers.steps):
            if layers.tensors[makes[0]].is_code:
                steps[title(layers.tensors[makes[0]].name)].append(index)
        found = {}
        for name, indices in steps.items():
            # Views in front of a layer and behind it are named after it too.
            mine = [each for each in self.all if (each[0] == name or each[0].startswith(name + "."))
                    and not re.search(r"\.(reshape|copy)", each[0][len(name):])]

            def fitting(index):
                tensor = layers.tensors[layers.steps[index][2][0]]
                return [each for each, scale, zero in mine
                        if scale == tensor.scale and zero == tensor.zero_point - tensor.offset]

            parts = len(layers.steps[indices[0]][2])
            if len(indices) == 1 and parts == 1 and fitting(indices[0]):
                found[indices[0], 0] = fitting(indices[0])[-1]
            elif len(indices) == 1 and parts == len(fitting(indices[0])):
                found.update(((indices[0], place), each) for place, each in enumerate(fitting(indices[0])))
            elif len(indices) > 1 and len(indices) == len(mine):
                found.update(((index, 0), each[0]) for index, each in zip(indices, mine))
        return found


def near_quotient(layers, divisor, dividend, result, state, codes):
    """Where LiteRT's quotient is within one code of the real one: its kernel gives the largest code for some that are
    nearly 0."""
    above, made = layers.tensors[dividend], layers.tensors[result]
    real = (state[dividend].astype(np.float64) - above.zero_point) * above.scale / divisor
    exact = np.clip(np.rint(real / made.scale) + made.zero_point - made.offset, -128, 127)
    return np.abs(exact - codes) <= 1


def compare(path, folder, pictures, random):
    """Counts by layer, and what stood in the way."""
    imported = folder / "imported.safetensors"
    done = glint("import", path, "-o", imported, "--force")
    if done.returncode != 0:
        return None, done.stderr.strip()
    layers = Layers(path.read_bytes())
    source = layers.tensors[layers.inputs[0]]
    size = source.shape[1:] if len(source.shape) == 4 else [1, source.shape[-1], 1]
    if size[2] not in (1, 3):
        size = [size[0], size[1] * size[2], 1]
    counts, names = collections.OrderedDict(), Values(imported).of(layers)
    # Tensors that leave the network as real numbers, by the codes that these stand for.
    leaving = {}
    for number in layers.outputs:
        maker = next((step for step in layers.steps if number in step[2]), None)
        leaving[maker[1][0] if maker and maker[0] == "DEQUANTIZE" else number] = number
    for _ in range(pictures):
        pixels = picture(random, *size)
        png(folder / "x.png", pixels)
        np.save(folder / "x.npy", pixels.reshape(source.shape))
        values = folder / "values.safetensors"
        for done in (glint("inspect", imported, "--values", values, "--image", folder / "x.png", "--force"),
                     glint("run", imported, "--input", folder / "x.npy", "--output", folder / "y.npz", "--force")):
            if done.returncode != 0:
                sys.exit(done.stderr)
        ours, results = load_file(values), dict(np.load(folder / "y.npz"))
        first = ours["pixels" if "pixels" in ours else "input"]
        state = {}
        for number in layers.inputs:
            tensor = layers.tensors[number]
            state[number] = (
                (first.astype(np.int16) + tensor.offset).astype(np.uint8 if tensor.offset else np.int8)
                if tensor.is_code else (pixels.astype(np.float32) / np.float32(255))).reshape(tensor.shape)
        for index, (kind, reads, makes) in enumerate(layers.steps):
            made = layers.run(index, state)
            for place, (number, theirs) in enumerate(zip(makes, made)):
                tensor = layers.tensors[number]
                state[number] = theirs
                if not tensor.is_code:
                    continue
                name = names.get((index, place))
                if kind == "QUANTIZE" and reads == layers.inputs and not layers.tensors[reads[0]].is_code:
                    codes = first
                elif name is not None and ours[name].size == theirs.size:
                    codes = ours[name]
                elif number in leaving:
                    end = results.get(layers.tensors[leaving[number]].name)
                    if end is None or end.size != theirs.size:
                        continue
                    codes = np.clip(np.rint(end / tensor.scale) + tensor.zero_point - tensor.offset, -128, 127)
                else:
                    continue
                key, expected = (kind, title(tensor.name)), theirs.astype(np.int16) - tensor.offset
                count = counts.setdefault(key, Count())
                if kind == "DIV":
                    sound = near_quotient(layers, layers.divisor(index), reads[0], number, state, expected)
                    count.unsound += int((~sound).sum())
                    count.add(codes.ravel()[sound.ravel()], expected.ravel()[sound.ravel()])
                else:
                    count.add(codes, expected)
                state[number] = (codes.astype(np.int16) + tensor.offset).astype(theirs.dtype).reshape(theirs.shape)
    return counts, ""


def check(name, content, folder, pictures, random, by_layer, kinds):
    """Whether no code is more than one apart, where the network was imported."""
    path = folder / "int8.tflite"
    path.write_bytes(content)
    counts, reason = compare(path, folder, pictures, random)
    if counts is None:
        print(f"{name}: refused: {reason.splitlines()[-1].strip()}")
        return None
    total = Count()
    for (kind, layer), count in counts.items():
        total.join(count)
        kinds.setdefault(kind, Count()).join(count)
        if by_layer:
            print(f"  {kind:22} {layer[-48:]:48} {count}")
    if by_layer or total.most > 1:
        print(f"{name}: {len(counts)} layers, {total}{' WRONG' if total.most > 1 else ''}")
    return total.most <= 1


def floats(content):
    """Whether a file computes with real numbers: no tensor that is computed holds codes."""
    return not any(tensor.is_code and not tensor.has_data for tensor in Layers(content).tensors)


def main():
    pictures, files = int(sys.argv[2]), [pathlib.Path(name) for name in sys.argv[3:]]
    random = np.random.default_rng(1)
    outcomes, kinds = [], {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)

        def prepared(content):
            if not floats(content):
                return content
            layers = Layers(content)
            shape = layers.tensors[layers.inputs[0]].shape[1:]
            return quantized(content, random.random([8] + shape, dtype=np.float32), folder)

        for name, content in [] if files else tflite_cases.cases():
            try:
                content = prepared(content)
            except Exception as error:
                print(f"{name}: is not quantized: {str(error).splitlines()[0][:120] if str(error) else type(error)}")
                continue
            if floats(content):
                continue
            outcomes.append(check(name, content, folder, pictures, random, False, kinds))
        for path in files:
            content = path.read_bytes()
            title = path.name + (", quantized" if floats(content) else "")
            outcomes.append(check(title, prepared(content), folder, pictures, random, True, kinds))
    print()
    for kind, count in sorted(kinds.items()):
        print(f"{kind:24} {count}")
    print(f"{sum(each is True for each in outcomes)} networks within one code of LiteRT's reference kernels, "
          f"{sum(each is None for each in outcomes)} refused, {sum(each is False for each in outcomes)} further apart")
    sys.exit(1 if False in outcomes else 0)


GLINT = sys.argv[1]
main()
