"""Holds Glint's int8 values against ONNX Runtime's. Shares no code with Glint: it reads the model file with the
safetensors package, builds QLinearConv, MaxPool, QLinearMatMul and MatMulInteger nodes from its metadata, and compares
every int8 value of every image with those that `glint inspect --values` wrote.

Used by tools/verify-with-onnxruntime; arguments: the program, the model, a folder of images, how many.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from safetensors import safe_open
from safetensors.numpy import load_file


def read_model(path):
    """The metadata and the tensors of a model file."""
    with safe_open(path, "numpy") as file:
        metadata = file.metadata()
    return metadata, load_file(path)


def build(graph, tensors):
    """An ONNX Runtime session that yields every value, and the accumulators of dense nodes as `<node>.acc`."""
    nodes, initializers, outputs = [], [], []

    def constant(name, array):
        initializers.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    scales, zeros = tensors["values.scale"], tensors["values.zero_point"]
    number = {"input": 0}
    height, width, channels = graph["input"]
    final = {output["value"] for output in graph["outputs"]}
    for index, node in enumerate(graph["nodes"]):
        name, source = node["name"], node["inputs"][0]
        number[name] = index + 1
        q_in = [constant(f"{name}.s_in", scales[number[source]]), constant(f"{name}.z_in", zeros[number[source]])]
        q_out = [constant(f"{name}.s_out", scales[index + 1]), constant(f"{name}.z_out", zeros[index + 1])]
        kind = node["operator"]
        if kind == "conv2d":
            assert node["activation"] in ("none", "relu") and name not in final
            weight = tensors[f"{name}.weight"].transpose(0, 3, 1, 2)  # OHWI to OIHW
            w = [constant(f"{name}.w", np.ascontiguousarray(weight)),
                 constant(f"{name}.s_w", tensors[f"{name}.weight_scale"]),
                 constant(f"{name}.z_w", np.zeros(weight.shape[0], np.int8))]
            top, left, bottom, right = node["padding"]
            nodes.append(helper.make_node(
                "QLinearConv", [source, *q_in, *w, *q_out, constant(f"{name}.b", tensors[f"{name}.bias"])], [name],
                kernel_shape=node["kernel"], strides=[node["stride"]] * 2, dilations=[node["dilation"]] * 2,
                pads=[top, left, bottom, right], group=node["groups"]))
            # ReLU is the clamp at the zero point; where the zero point is -128, saturation has done it already.
            assert node["activation"] == "none" or zeros[index + 1] == -128
        elif kind == "max_pool2d":
            top, left, bottom, right = node["padding"]
            nodes.append(helper.make_node("MaxPool", [source], [name], kernel_shape=node["kernel"],
                                          strides=[node["stride"]] * 2, pads=[top, left, bottom, right]))
        elif kind == "flatten":
            nodes.append(helper.make_node("Transpose", [source], [f"{name}.hwc"], perm=[0, 2, 3, 1]))
            nodes.append(helper.make_node("Flatten", [f"{name}.hwc"], [name], axis=1))
        elif kind == "dense":
            weight = np.ascontiguousarray(tensors[f"{name}.weight"].T)
            w = constant(f"{name}.w", weight)
            nodes.append(helper.make_node(
                "MatMulInteger", [source, w, q_in[1], constant(f"{name}.z_w", np.int8(0))], [f"{name}.product"]))
            nodes.append(helper.make_node(
                "Add", [f"{name}.product", constant(f"{name}.b", tensors[f"{name}.bias"])], [f"{name}.acc"]))
            outputs.append(helper.make_tensor_value_info(f"{name}.acc", TensorProto.INT32, [None] * 2))
            if name in final:
                continue
            # Requantization, written with plain nodes: float(acc) * m, rounded half to even, plus the zero point.
            m = (scales[number[source]] * tensors[f"{name}.weight_scale"]) / scales[index + 1]
            assert m.dtype == np.float32
            nodes.append(helper.make_node("Cast", [f"{name}.acc"], [f"{name}.f"], to=TensorProto.FLOAT))
            nodes.append(helper.make_node("Mul", [f"{name}.f", constant(f"{name}.m", m)], [f"{name}.fm"]))
            nodes.append(helper.make_node("Round", [f"{name}.fm"], [f"{name}.r"]))
            zero = np.float32(zeros[index + 1])
            nodes.append(helper.make_node("Add", [f"{name}.r", constant(f"{name}.zf", zero)], [f"{name}.rz"]))
            low = zero if node["activation"] == "relu" else np.float32(-128)
            nodes.append(helper.make_node("Clip", [f"{name}.rz", constant(f"{name}.lo", low),
                                                   constant(f"{name}.hi", np.float32(127))], [f"{name}.c"]))
            nodes.append(helper.make_node("Cast", [f"{name}.c"], [name], to=TensorProto.INT8))
        else:
            sys.exit(f"this check does not know the operator {kind} of node {name}")
        rank = 4 if kind in ("conv2d", "max_pool2d") else 2
        outputs.append(helper.make_tensor_value_info(name, TensorProto.INT8, [None] * rank))
    feed = helper.make_tensor_value_info("input", TensorProto.INT8, [1, channels, height, width])
    model = helper.make_model(helper.make_graph(nodes, "check", [feed], outputs, initializers),
                              opset_imports=[helper.make_opsetid("", 19)], ir_version=9)
    onnx.checker.check_model(model)
    options = onnxruntime.SessionOptions()
    # Each node as it is written: a fused node would hide the value between.
    options.log_severity_level = 3  # errors only
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def as_glint_lays(array):
    """ONNX's NCHW as Glint's HWC; flat values as they are."""
    return array[0].transpose(1, 2, 0).ravel() if array.ndim == 4 else array.ravel()


def main():
    glint, model, folder, count = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]), int(sys.argv[4])
    metadata, tensors = read_model(model)
    graph = json.loads(metadata["graph"])
    session = build(graph, tensors)
    names = [output.name for output in session.get_outputs()]
    suffixes = {".jpg", ".jpeg", ".png"}
    images = sorted(p for p in folder.rglob("*") if p.suffix.lower() in suffixes)
    images = images[:: max(1, len(images) // count)][:count]
    if not images:
        sys.exit(f"{folder}: no images")
    compared = different = 0
    with tempfile.TemporaryDirectory() as scratch:
        for image in images:
            path = f"{scratch}/values.safetensors"
            subprocess.run([glint, "inspect", model, "--values", path, "--image", image], check=True,
                           stdout=subprocess.DEVNULL)
            ours = load_file(path)
            pixels = ours["input"].reshape(graph["input"])
            feed = np.ascontiguousarray(pixels.transpose(2, 0, 1)[None])
            theirs = dict(zip(names, session.run(None, {"input": feed})))
            for name, value in theirs.items():
                if name not in ours:
                    continue
                expected = as_glint_lays(value)
                actual = ours[name].ravel()
                if expected.dtype != actual.dtype or expected.shape != actual.shape:
                    sys.exit(f"{image}: {name}: {actual.dtype}{actual.shape} against {expected.dtype}{expected.shape}")
                compared += actual.size
                wrong = int((expected != actual).sum())
                different += wrong
                if wrong:
                    print(f"{image}: {name}: {wrong} of {actual.size} differ")
            missing = [name for name in theirs if name not in ours and not name.endswith(".acc")]
            if missing:
                sys.exit(f"{image}: Glint wrote no value for {missing}")
    print(f"{len(images)} images, {len(names)} values each: {compared} numbers compared, {different} differ "
          f"(ONNX Runtime {onnxruntime.__version__})")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
