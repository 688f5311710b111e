"""Labels all faces of camera frames with OpenCV and LiteRT, in a process of its own; speaks as run_engine.py does.

Arguments: the engine's name, a folder, threads. The folder holds `frames`, the JPEGs, `yunet.onnx`, OpenCV's face
detector, and `classifier.tflite`, an int8 network that reads 64x64 grey pixels as codes. A frame is decoded, shrunk to
320x240, in which faces are looked for, and a square about each face with 10 % margin is labelled: as few steps as it
takes. What comes back of a frame in place of logits is the number of its faces.
"""

import json
import pathlib
import sys

import cv2
import numpy as np

import run_engine

SIDE, MARGIN, SCORE = 64, 1.2, 0.6


def labeller(folder, threads):
    cv2.setNumThreads(threads)
    detector = cv2.FaceDetectorYN.create(str(folder / "yunet.onnx"), "", (320, 240), SCORE)
    interpreter = run_engine.litert_interpreter(folder / "classifier.tflite", threads)
    source, result = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]

    def label(frame):
        picture = cv2.imdecode(frame, cv2.IMREAD_COLOR)
        height, width = picture.shape[:2]
        found = detector.detect(cv2.resize(picture, (320, 240), interpolation=cv2.INTER_AREA))[1]
        if found is None:
            return []
        grey, labels = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), []
        for x, y, w, h in found[:, :4] * np.array([width / 320, height / 240] * 2):
            half = max(w, h) * MARGIN / 2
            top, left = max(0, int(y + h / 2 - half)), max(0, int(x + w / 2 - half))
            face = grey[top:int(y + h / 2 + half), left:int(x + w / 2 + half)]
            small = cv2.resize(face, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
            # The input has scale 1/255 and zero point -128, so that this is its quantization.
            interpreter.set_tensor(source, (small ^ np.uint8(128)).view(np.int8)[None, :, :, None])
            interpreter.invoke()
            labels.append(int(interpreter.get_tensor(result)[0].argmax()))
        return labels
    return label


def main():
    folder, threads = pathlib.Path(sys.argv[2]), int(sys.argv[3])
    label = labeller(folder, threads)
    inputs = [np.frombuffer(path.read_bytes(), np.uint8) for path in sorted((folder / "frames").iterdir())]
    print(json.dumps({"logits": [len(label(frame)) for frame in inputs]}), flush=True)
    run_engine.serve(label, inputs)


if __name__ == "__main__":
    main()
