"""Makes a network ready for every engine: Glint's int8 model, and from its float model, by Glint's own export, what the
others' tools quantize with the same pictures. Arguments: the program, the network (a name of architectures.py, or a
model file of Glint's or of another program), the folder that is written.
"""

import pathlib
import subprocess
import sys

import numpy as np
import onnx

import architectures
import build_models
import network
import tflite_writer

CALIBRATION_PICTURES, TRIAL_PICTURES = 32, 4


def without_functions(path):
    """Takes softmax and sigmoid off the ends of a network: every engine ends with logits."""
    model = onnx.load(path)
    graph = model.graph
    for output in graph.output:
        last = next(node for node in graph.node if output.name in node.output)
        if last.op_type in ("Softmax", "Sigmoid"):
            graph.node.remove(last)
            output.name = last.input[0]
            if any(output.name == other.input[0] for other in graph.node if other.input):
                raise SystemExit(f"{output.name}: more than the last function reads the logits")
    onnx.checker.check_model(model)
    onnx.save(model, path)


def pictures(shape, count, seed):
    """`count` pictures `[height, width, channels]`, cut from those of the reference network."""
    height, width, channels = shape
    result = []
    for image in network.pictures(count, seed):
        tiled = np.tile(image, (-(-height // network.SIZE), -(-width // network.SIZE), 1))
        result.append(tiled[:height, :width, :channels])
    return np.array(result)


def main():
    glint, source, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)

    def run(*arguments):
        subprocess.run([glint, *map(str, arguments)], check=True)

    floats, int8 = folder / "float.safetensors", folder / "int8.safetensors"
    if source in architectures.ARCHITECTURES:
        architectures.ARCHITECTURES[source](folder / "source.onnx")
        source = folder / "source.onnx"
    if pathlib.Path(source).suffix == ".safetensors":
        floats.write_bytes(pathlib.Path(source).read_bytes())
    else:
        run("import", source, "-o", floats, "--force", "--quiet")
    shape = tflite_writer.graph_of(floats)["input"]
    images = pictures(shape, CALIBRATION_PICTURES, seed=1)
    network.write_png(folder / "calibration", images)
    run("quantize", floats, "--calibration", folder / "calibration", "--no-faces", "--method", "min-max", "-o", int8,
        "--force", "--quiet")
    run("export", floats, "-o", folder / "float.onnx", "--force")
    without_functions(folder / "float.onnx")
    for model, name in ((floats, "float"), (int8, "int8")):
        try:
            tflite_writer.Writer(model).save(folder / f"{name}.tflite")
        except tflite_writer.NotWritten as error:
            print(f"LiteRT is left out: {error}")
    build_models.onnxruntime_int8(network.as_nchw(images), folder)
    build_models.openvino_int8(network.as_nchw(images), folder)
    # Last: it says that all is there.
    np.save(folder / "trials.npy", pictures(shape, TRIAL_PICTURES, seed=2))


if __name__ == "__main__":
    main()
