"""Writes the reference network for ONNX Runtime, OpenVINO and ncnn from one float model, quantized by each engine's own
tools with the same calibration pictures, per-channel weights.

Arguments: the float model, the folder that is written. `litert` as a third argument writes LiteRT's instead, which
needs TensorFlow's converter and so an environment of its own; `frames` a camera's frames instead, with their logits.
"""

import os
import pathlib
import struct
import sys

import numpy as np

import network


def onnx_float(tensors, folder):
    """The float network as ONNX; what ONNX Runtime and OpenVINO quantize."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes, initializers, source = [], [], "input"

    def constant(name, array):
        initializers.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    for name in network.CONVOLUTIONS:
        weight = constant(name + ".weight", tensors[name + ".weight"].transpose(0, 3, 1, 2))
        bias = constant(name + ".bias", tensors[name + ".bias"])
        nodes.append(helper.make_node("Conv", [source, weight, bias], [name], kernel_shape=[3, 3]))
        nodes.append(helper.make_node("Relu", [name], [name + ".relu"]))
        nodes.append(helper.make_node("MaxPool", [name + ".relu"], [name + ".pool"],
                                      kernel_shape=[2, 2], strides=[2, 2]))
        source = name + ".pool"
    nodes.append(helper.make_node("Flatten", [source], ["flat"]))
    dense1 = constant("dense1.weight", network.dense1_for_nchw(tensors["dense1.weight"]))
    nodes.append(helper.make_node("Gemm", ["flat", dense1, constant("dense1.bias", tensors["dense1.bias"])],
                                  ["dense1"], transB=1))
    nodes.append(helper.make_node("Relu", ["dense1"], ["dense1.relu"]))
    dense2 = constant("dense2.weight", tensors["dense2.weight"])
    nodes.append(helper.make_node("Gemm", ["dense1.relu", dense2, constant("dense2.bias", tensors["dense2.bias"])],
                                  ["logits"], transB=1))
    feed = helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, network.SIZE, network.SIZE])
    result = helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, 1])
    graph = helper.make_graph(nodes, "reference", [feed], [result], initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    model = onnx.shape_inference.infer_shapes(model)
    onnx.checker.check_model(model)
    onnx.save(model, folder / "float.onnx")


def onnxruntime_int8(calibration, folder):
    """ONNX Runtime's static quantization (QDQ), with unsigned and with signed activations."""
    from onnxruntime.quantization import (CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType,
                                          quantize_static)
    from onnxruntime.quantization.shape_inference import quant_pre_process

    prepared = folder / "prepared.onnx"
    quant_pre_process(str(folder / "float.onnx"), str(prepared), skip_symbolic_shape=True)
    for name, activations in (("u8s8", QuantType.QUInt8), ("s8s8", QuantType.QInt8)):
        class Reader(CalibrationDataReader):
            pending = iter(range(len(calibration)))

            def get_next(self):
                index = next(self.pending, None)
                return None if index is None else {"input": calibration[index:index + 1]}

        quantize_static(str(prepared), str(folder / f"{name}.onnx"), Reader(), quant_format=QuantFormat.QDQ,
                        per_channel=True, reduce_range=False, activation_type=activations,
                        weight_type=QuantType.QInt8, calibrate_method=CalibrationMethod.MinMax)
    prepared.unlink()


def openvino_int8(calibration, folder):
    """OpenVINO's network quantized by NNCF, taking the picture's bytes as they lie."""
    import nncf
    import openvino
    from openvino.preprocess import PrePostProcessor

    data = nncf.Dataset([calibration[index:index + 1] for index in range(len(calibration))])
    quantized = nncf.quantize(openvino.convert_model(folder / "float.onnx"), data, subset_size=len(calibration),
                              preset=nncf.QuantizationPreset.PERFORMANCE, target_device=nncf.TargetDevice.CPU)
    steps = PrePostProcessor(quantized)
    steps.input().tensor().set_element_type(openvino.Type.u8).set_layout(openvino.Layout("NHWC"))
    steps.input().model().set_layout(openvino.Layout("NCHW"))
    steps.input().preprocess().convert_element_type(openvino.Type.f32).scale(255.0)
    openvino.save_model(steps.build(), folder / "openvino.xml", compress_to_fp16=False)


def ncnn_int8(tensors, images, folder):
    """ncnn's int8 network, written as its ModelBin reads it: symmetric scales by the largest value, per channel for
    weights, per tensor for the input of each layer."""
    peaks = {}
    for image in images:
        for name, value in network.values(tensors, image).items():
            peaks[name] = max(peaks.get(name, 0), float(np.abs(value).max()))
    size = network.SIZE
    lines = ["7767517", "9 9", f"Input input 0 1 input 0={size} 1={size} 2=3"]
    source, blobs = "input", []
    layers = [(name, tensors[name + ".weight"].transpose(0, 3, 1, 2)) for name in network.CONVOLUTIONS]
    layers += [("dense1", network.dense1_for_nchw(tensors["dense1.weight"])), ("dense2", tensors["dense2.weight"])]
    before = "input"
    for name, weight in layers:
        outputs, output = weight.shape[0], "logits" if name == "dense2" else name
        relu = "" if name == "dense2" else " 9=1"
        if name in network.CONVOLUTIONS:
            lines.append(f"Convolution {name} 1 1 {source} {output} 0={outputs} 1=3 5=1 6={weight.size} 8=2{relu}")
            lines.append(f"Pooling {name}.pool 1 1 {name} {name}.pool 0=0 1=2 2=2 5=1")
        else:
            lines.append(f"InnerProduct {name} 1 1 {source} {output} 0={outputs} 1=1 2={weight.size} 8=2{relu}")
        flat = weight.reshape(outputs, -1).astype(np.float64)
        scales = 127 / np.maximum(np.abs(flat).max(axis=1), 1e-12)
        codes = np.clip(np.rint(flat * scales[:, None]), -127, 127).astype(np.int8).tobytes()
        blobs += [struct.pack("<I", 0x000D4B38), codes, b"\0" * (-len(codes) % 4),  # tag of int8 data
                  tensors[name + ".bias"].astype("<f4").tobytes(), scales.astype("<f4").tobytes(),
                  np.float32(127 / peaks[before]).tobytes()]
        source = name + ".pool" if name in network.CONVOLUTIONS else output
        before = name
    (folder / "ncnn.param").write_text("\n".join(lines) + "\n")
    (folder / "ncnn.bin").write_bytes(b"".join(blobs))


def litert_int8(tensors, images, folder):
    """LiteRT's network by TensorFlow's converter, int8 in, so that no time goes into quantizing the input."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
    import tensorflow as tf
    from keras import Sequential, layers

    model = Sequential([layers.Input((network.SIZE, network.SIZE, 3), batch_size=1)])
    for name, channels in zip(network.CONVOLUTIONS, (16, 32, 16)):
        model.add(layers.Conv2D(channels, 3, activation="relu", name=name))
        model.add(layers.MaxPooling2D())
    model.add(layers.Flatten())
    model.add(layers.Dense(256, activation="relu", name="dense1"))
    model.add(layers.Dense(1, name="dense2"))
    for name in network.CONVOLUTIONS:
        model.get_layer(name).set_weights([tensors[name + ".weight"].transpose(1, 2, 3, 0), tensors[name + ".bias"]])
    for name in ("dense1", "dense2"):
        model.get_layer(name).set_weights([tensors[name + ".weight"].T, tensors[name + ".bias"]])
    floats = network.as_nhwc(images)
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([floats[index:index + 1]] for index in range(len(floats)))
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    (folder / "litert.tflite").write_bytes(converter.convert())


def write_frames(tensors, images, folder):
    """A camera's JPEGs, and their logits last, which say that all is there."""
    (folder / "frames").mkdir(exist_ok=True)
    frames = list(network.camera_frames(images))
    for index, frame in enumerate(frames):
        (folder / "frames" / f"{index:03d}.jpg").write_bytes(frame)
    np.save(folder / "frame_logits.npy", [network.frame_logits(tensors, frame)[0] for frame in frames])


def main():
    model, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    tensors = network.load(model)
    images = network.pictures(network.CALIBRATION_PICTURES, seed=1)
    if sys.argv[3:] == ["litert"]:
        litert_int8(tensors, images, folder)
        return
    network.write_png(folder / "calibration", images)
    trials = network.pictures(network.TRIAL_PICTURES, seed=2)
    if sys.argv[3:] == ["frames"]:
        write_frames(tensors, trials, folder)
        return
    network.write_png(folder / "trials", trials)
    onnx_float(tensors, folder)
    onnxruntime_int8(network.as_nchw(images), folder)
    openvino_int8(network.as_nchw(images), folder)
    ncnn_int8(tensors, images, folder)
    # Last: it says that all is there.
    np.save(folder / "logits.npy", [network.values(tensors, image)["logits"][0] for image in trials])


if __name__ == "__main__":
    main()
