"""Runs one engine on one network of build_network.py, in a process of its own; speaks as run_engine.py does.

Arguments: the engine, the folder of the network, threads. The outputs of a picture are joined, channels last.
"""

import json
import pathlib
import sys

import numpy as np

import network
import run_engine


def channels_last(output):
    output = np.asarray(output)[0]
    return (output.transpose(1, 2, 0) if output.ndim == 3 else output).ravel()


def onnxruntime_engine(name):
    def load(folder, threads):
        session = run_engine.onnxruntime_session(folder / f"{name}.onnx", threads)
        return (lambda x: session.run(None, {"input": x})), channels_last, network.as_nchw
    return load


def openvino_engine(name, prepare):
    def load(folder, threads):
        compiled = run_engine.openvino_network(folder / name, threads)
        request, count = compiled.create_infer_request(), len(compiled.outputs)

        def infer(x):
            request.infer({0: x}, share_inputs=True)
            return [request.get_output_tensor(index).data for index in range(count)]

        return infer, channels_last, prepare
    return load


def litert_engine(name, prepare):
    def load(folder, threads):
        interpreter = run_engine.litert_interpreter(folder / f"{name}.tflite", threads)
        source, results = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()
        scales = [result["quantization"] for result in results]

        def infer(x):
            interpreter.set_tensor(source, x)
            interpreter.invoke()
            outputs = [interpreter.get_tensor(result["index"]) for result in results]
            if outputs[0].dtype != np.int8:
                return outputs
            return [(output.astype(np.float32) - zero) * scale for output, (scale, zero) in zip(outputs, scales)]

        return infer, lambda output: output[0].ravel(), prepare
    return load


def as_codes(images):
    """Pixels have the scale 1 / 255 and the zero point -128."""
    return (images ^ np.uint8(128)).view(np.int8)


ENGINES = {
    "LiteRT int8": litert_engine("int8", as_codes),
    "LiteRT float": litert_engine("float", network.as_nhwc),
    "ONNX Runtime u8s8": onnxruntime_engine("u8s8"),
    "ONNX Runtime s8s8": onnxruntime_engine("s8s8"),
    "ONNX Runtime float": onnxruntime_engine("float"),
    "OpenVINO int8": openvino_engine("openvino.xml", lambda images: images),
    "OpenVINO float": openvino_engine("float.onnx", network.as_nchw),
}


def main():
    name, folder, threads = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
    infer, flat, prepare = ENGINES[name](folder, threads)
    inputs = [prepare(image[None]) for image in np.load(folder / "trials.npy")]
    logits = [np.concatenate([flat(output) for output in infer(x)]).tolist() for x in inputs]
    print(json.dumps({"logits": logits}), flush=True)
    run_engine.serve(infer, inputs)


if __name__ == "__main__":
    main()
