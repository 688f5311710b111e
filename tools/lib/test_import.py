"""Holds imported networks against the engines that run their files. Used by tools/test-import; arguments: the program,
how many damaged copies of each file are tried, and the files; without files, operators by themselves are tried."""

import pathlib
import random
import resource
import subprocess
import sys
import tempfile

import numpy as np

from mutations import mutated

INPUTS = 20
TOLERANCE = 1e-4
# Engines compute sigmoid and softmax near 0 by approximations that are exact to about 1e-7.
SMALL = 0.01


def with_float_weights(content):
    """A TensorFlow Lite file whose float operators read floats where they read codes of 8 bits."""
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(content, 0)
    graph = model.subgraphs[0]
    dequantize = schema.BuiltinOperator.DEQUANTIZE
    changed = 0
    for operator in graph.operators:
        code = model.operatorCodes[operator.opcodeIndex]
        if max(code.builtinCode, code.deprecatedBuiltinCode) == dequantize:
            continue
        if graph.tensors[operator.outputs[0]].type != schema.TensorType.FLOAT32:
            continue
        for index in operator.inputs:
            tensor = graph.tensors[index] if index >= 0 else None
            if tensor is None or tensor.type != schema.TensorType.INT8 or model.buffers[tensor.buffer].data is None:
                continue
            codes = np.frombuffer(bytes(model.buffers[tensor.buffer].data), np.int8).reshape(tensor.shape)
            shape = [1] * codes.ndim
            shape[tensor.quantization.quantizedDimension] = -1
            scale = np.asarray(tensor.quantization.scale, np.float32)
            weights = codes.astype(np.float32) * (scale.reshape(shape) if scale.size > 1 else scale)
            data = schema.BufferT()
            data.data = np.frombuffer(weights.astype("<f4").tobytes(), np.uint8)
            model.buffers.append(data)
            tensor.buffer, tensor.type, tensor.quantization = len(model.buffers) - 1, schema.TensorType.FLOAT32, None
            changed += 1
    builder = flatbuffers.Builder(len(content))
    builder.Finish(model.Pack(builder), b"TFL3")
    return (bytes(builder.Output()), changed) if changed else (content, 0)


class TFLite:
    def __init__(self, path):
        from ai_edge_litert.interpreter import Interpreter

        content, changed = with_float_weights(path.read_bytes())
        self.name = "LiteRT" + (f", {changed} tensors of codes as floats" if changed else "")
        self.interpreter = Interpreter(model_content=content)
        self.interpreter.allocate_tensors()
        self.input = self.interpreter.get_input_details()[0]
        self.outputs = self.interpreter.get_output_details()
        self.shape = [int(extent) for extent in self.input["shape"]]

    def run(self, x):
        self.interpreter.set_tensor(self.input["index"], x)
        self.interpreter.invoke()
        return [self.interpreter.get_tensor(output["index"]).copy() for output in self.outputs]


class ONNX:
    name = "ONNX Runtime"

    def __init__(self, path):
        import onnxruntime

        # Warnings of files that list their weights among their inputs are of no use here.
        onnxruntime.set_default_logger_severity(3)
        self.session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        self.input = self.session.get_inputs()[0]
        if not all(isinstance(extent, int) for extent in self.input.shape[1:]):
            sys.exit(f"{path}: its input is {self.input.shape}, of no fixed size")
        self.shape = [1] + self.input.shape[1:]

    def run(self, x):
        return self.session.run(None, {self.input.name: x})


def run_glint(glint, folder, x):
    """All outputs of the imported model, in the file's order."""
    np.save(folder / "x.npy", x)
    done = subprocess.run(
        [glint, "run", folder / "net.safetensors", "--input", folder / "x.npy", "--output", folder / "y.npz",
         "--force"], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr)
    with np.load(folder / "y.npz") as arrays:
        return [arrays[name] for name in arrays.files]


def difference(y, wanted):
    """The largest difference in units of the largest number and a little; numbers lie as the engine has them."""
    largest = np.abs(wanted).max() + SMALL
    return float(np.abs(y.reshape(-1) - wanted.reshape(-1)).max() / largest)


def compared(glint, folder, path, title=None):
    """Whether the imported model agrees; prints by how much, where it has a title only what is wrong."""
    done = subprocess.run(
        [glint, "import", path, "-o", folder / "net.safetensors", "--force"], capture_output=True, text=True)
    if done.returncode != 0:
        print(f"{title or path.name}: refused\n{done.stderr.rstrip()}")
        return False
    engine = TFLite(path) if path.suffix == ".tflite" else ONNX(path)
    inputs = np.random.default_rng(15).random([INPUTS] + engine.shape[1:], dtype=np.float32)
    wanted = [engine.run(x[None]) for x in inputs]
    results = run_glint(glint, folder, inputs)
    worst = max(
        difference(y, np.concatenate([each[index] for each in wanted])) for index, y in enumerate(results))
    verdict = "agrees" if worst <= TOLERANCE else "DIFFERS"
    if title is None or worst > TOLERANCE:
        print(f"{title or path.name}: {verdict}, off by {worst:.1e} of the largest number at most, {len(results)} "
              f"outputs, {INPUTS} inputs ({engine.name})")
    return worst <= TOLERANCE


def survives(glint, folder, path, count):
    """Whether damaged copies give a model or an error, never a crash."""
    content = path.read_bytes()
    draw = random.Random(15)
    refused = crashed = 0
    for number in range(count):
        damaged = folder / ("damaged" + path.suffix)
        damaged.write_bytes(mutated(content, draw))
        done = subprocess.run(
            [glint, "import", damaged, "-o", folder / "damaged.safetensors", "--force"], capture_output=True, text=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (1 << 30, 1 << 30)))
        refused += done.returncode != 0
        if done.returncode not in (0, 1, 2) or done.returncode and not done.stderr.strip():
            crashed += 1
            kept = pathlib.Path(tempfile.gettempdir()) / f"damaged-{number}{path.suffix}"
            kept.write_bytes(damaged.read_bytes())
            print(f"{path.name}: copy {number} ended with status {done.returncode}; it is {kept}")
    print(f"{path.name}: of {count} damaged copies {refused} refused, {count - refused - crashed} imported, "
          f"{crashed} crashed")
    return crashed == 0


def operators_agree(glint):
    """Whether operators of TensorFlow Lite by themselves agree."""
    import tflite_cases

    outcomes = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for title, content in tflite_cases.cases():
            path = folder / "case.tflite"
            path.write_bytes(content)
            outcomes.append(compared(glint, folder, path, title))
    print(f"{sum(outcomes)} of {len(outcomes)} networks of one operator of TensorFlow Lite agree")
    return all(outcomes)


def main():
    glint, mutations = sys.argv[1], int(sys.argv[2])
    good = len(sys.argv) > 3 or operators_agree(glint)
    for path in map(pathlib.Path, sys.argv[3:]):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            good &= compared(glint, folder, path)
            if mutations:
                good &= survives(glint, folder, path, mutations)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
