"""Runs one engine in a process of its own, so that no engine's threads or allocator stand in another's way.

Arguments: the engine, the folder of the models, threads. Writes one line of JSON with the logits of the trial pictures,
then answers each line `N` on its input with the times of N inferences: {"median": ms, "min": ms}. An inference is: hand
over an input that already has the engine's layout and type, run, read the logits. "OpenCV and LiteRT" is given the
JPEGs of the folder's frames in place of pictures, and does all from decoding on.
"""

import json
import os
import pathlib
import sys
import time

import numpy as np

import network


def onnxruntime_session(path, threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def onnxruntime_engine(name):
    def load(folder, threads):
        session = onnxruntime_session(folder / f"{name}.onnx", threads)
        return (lambda x: session.run(None, {"input": x})[0].item()), (lambda image: network.as_nchw(image[None]))
    return load


def openvino_network(path, threads):
    import openvino

    options = {"INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1, "PERFORMANCE_HINT": "LATENCY"}
    if "ONEDNN_MAX_CPU_ISA" in os.environ:
        # Else it takes bfloat16 where the processor has it, of which the instruction set named has nothing.
        options["INFERENCE_PRECISION_HINT"] = "f32"
    return openvino.Core().compile_model(path, "CPU", options)


def openvino_engine(folder, threads):
    compiled = openvino_network(folder / "openvino.xml", threads)
    request = compiled.create_infer_request()

    def infer(x):
        request.infer({0: x}, share_inputs=True)
        return request.get_output_tensor(0).data.item()

    return infer, lambda image: np.ascontiguousarray(image[None])


def litert_interpreter(path, threads):
    from ai_edge_litert import interpreter as litert

    interpreter = litert.Interpreter(str(path), num_threads=threads)
    interpreter.allocate_tensors()
    return interpreter


def litert_engine(folder, threads):
    interpreter = litert_interpreter(folder / "litert.tflite", threads)
    source, result = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    (scale, zero), (out_scale, out_zero) = source["quantization"], result["quantization"]

    def infer(x):
        interpreter.set_tensor(source["index"], x)
        interpreter.invoke()
        return (int(interpreter.get_tensor(result["index"]).item()) - out_zero) * out_scale

    def prepare(image):
        return np.clip(np.rint(network.as_nhwc(image[None]) / scale) + zero, -128, 127).astype(np.int8)

    return infer, prepare


def pipeline_engine(folder, threads):
    """Decode, cut out the centre, resize, shift to int8, infer: as few steps as OpenCV and LiteRT need."""
    import cv2

    cv2.setNumThreads(threads)
    infer, _ = litert_engine(folder, threads)

    def label(frame):
        pixels = cv2.imdecode(frame, cv2.IMREAD_COLOR_RGB)
        small = cv2.resize(pixels[:, 80:560], (network.SIZE, network.SIZE), interpolation=cv2.INTER_LINEAR)
        # The input has scale 1/255 and zero point -128, so that this is its quantization.
        return infer((small ^ np.uint8(128)).view(np.int8)[None])

    return label, lambda frame: np.frombuffer(frame, np.uint8)


def ncnn_engine(folder, threads):
    import ncnn

    net = ncnn.Net()
    net.opt.num_threads = threads
    net.opt.use_int8_inference = True
    net.load_param(str(folder / "ncnn.param"))
    net.load_model(str(folder / "ncnn.bin"))

    def infer(x):
        extractor = net.create_extractor()
        extractor.input("input", x)
        return float(np.array(extractor.extract("logits")[1]).item())

    return infer, lambda image: ncnn.Mat(network.as_nchw(image[None])[0]).clone()


PIPELINE = "OpenCV and LiteRT"
ENGINES = {
    "LiteRT": litert_engine,
    "OpenVINO": openvino_engine,
    "ONNX Runtime u8s8": onnxruntime_engine("u8s8"),
    "ONNX Runtime s8s8": onnxruntime_engine("s8s8"),
    "ncnn": ncnn_engine,
    PIPELINE: pipeline_engine,
}


def serve(infer, inputs):
    """Answers each line `N` on the input with the times of N inferences."""
    for line in sys.stdin:
        times = np.empty(int(line))
        for _ in range(20):
            infer(inputs[0])
        for index in range(len(times)):
            x = inputs[index % len(inputs)]
            start = time.perf_counter_ns()
            infer(x)
            times[index] = (time.perf_counter_ns() - start) / 1e6
        print(json.dumps({"median": float(np.median(times)), "min": float(times.min())}), flush=True)


def main():
    name, folder, threads = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
    infer, prepare = ENGINES[name](folder, threads)
    if name == PIPELINE:
        trials = [path.read_bytes() for path in sorted((folder / "frames").iterdir())]
    else:
        trials = network.pictures(network.TRIAL_PICTURES, seed=2)
    inputs = [prepare(trial) for trial in trials]
    print(json.dumps({"logits": [infer(x) for x in inputs]}), flush=True)
    serve(infer, inputs)


if __name__ == "__main__":
    main()
