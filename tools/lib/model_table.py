"""A row for each network of a folder: size, operators, agreement with the engine that runs its file, int8 against
float. Used by tools/table-of-models; arguments: the program, the Python that reads Keras files, and the folder."""

import collections
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

from test_import import INPUTS, ONNX, TFLite, difference, run_glint

KERAS = (".h5", ".hdf5", ".keras")
KINDS = (".onnx", ".tflite") + KERAS


def glint(*arguments):
    return subprocess.run([GLINT, *map(str, arguments)], capture_output=True, text=True)


def reason(done):
    """Why a file was refused, in one line."""
    words = done.stderr.strip().removeprefix("glint: ").splitlines()
    return " ".join(line.strip() for line in words[:2])


def agreement(path, folder, inputs_of):
    """The largest difference of any output from the engine's, in units of its largest number."""
    engine = TFLite(path) if path.suffix == ".tflite" else ONNX(path)
    inputs = np.random.default_rng(15).random([INPUTS] + engine.shape[1:], dtype=np.float32)
    wanted = [engine.run(x[None]) for x in inputs]
    results = run_glint(GLINT, folder, inputs)
    inputs_of.append(inputs)
    off = [difference(y, np.concatenate([each[index] for each in wanted])) for index, y in enumerate(results)]
    return max(off), results


def int8(folder, own, results, faces):
    """The network quantized by ranges alone, against float: signal to error over all outputs, in decibels."""
    model = folder / "net.safetensors"
    quantized = folder / "int8.safetensors"
    done = glint("quantize", model, "--calibration", faces, "--method", "min-max", "-o", quantized, "--quiet")
    if done.returncode != 0:
        return reason(done)
    quantized.replace(model)
    codes = run_glint(GLINT, folder, own)
    error = sum(float(((a - b) ** 2).sum()) for a, b in zip(results, codes))
    signal = sum(float((a ** 2).sum()) for a in results)
    return f"{10 * np.log10(signal / max(error, 1e-30)):.0f} dB"


def row(path, folder, faces):
    size = f"{path.stat().st_size / 1024:,.0f} kB"
    network = path
    if path.suffix in KERAS:
        network = folder / "net.onnx"
        tool = pathlib.Path(__file__).with_name("import_keras.py")
        done = subprocess.run([KERAS_PYTHON, tool, path, network], capture_output=True, text=True)
        if done.returncode != 0:
            return [path.name, size, "", "refused: " + reason(done), ""]
    layout = ["--layout", "nhwc"] if path.suffix in KERAS else []
    done = glint("import", network, "-o", folder / "net.safetensors", *layout)
    if done.returncode != 0:
        return [path.name, size, "", "refused: " + reason(done), ""]
    facts = json.loads(glint("inspect", folder / "net.safetensors", "--json").stdout)
    counts = collections.Counter(layer["operator"] for layer in facts["layers"])
    operators = ", ".join(f"{count} {name}" for name, count in counts.most_common())
    if facts["kind"] == "int8":
        return [path.name, size, operators, "int8 as it is", "its own codes"]
    kept = []
    off, results = agreement(network, folder, kept)
    return [path.name, size, operators, f"{off:.1e}", int8(folder, kept[0], results, faces)]


def main():
    print("| file | size | operators | off by | int8, min-max, against float |\n|---|---|---|---|---|")
    good = True
    with tempfile.TemporaryDirectory() as scratch:
        faces = pathlib.Path(scratch) / "faces"
        glint("paint", faces, "--count", 64, "--size", 128, "--quiet")
        for path in sorted(pathlib.Path(FOLDER).iterdir()):
            if path.suffix not in KINDS:
                continue
            with tempfile.TemporaryDirectory() as name:
                cells = row(path, pathlib.Path(name), faces)
            good &= not cells[3].startswith("refused") and (not cells[3][:1].isdigit() or float(cells[3]) <= 1e-4)
            print("| " + " | ".join(cells) + " |", flush=True)
    sys.exit(0 if good else 1)


GLINT, KERAS_PYTHON, FOLDER = sys.argv[1:4]
main()
