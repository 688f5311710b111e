"""Holds Glint's quantizer against ONNX Runtime's and LiteRT's on one float model and the same pictures. Used by
tools/compare-quantizers, in three steps, since TensorFlow wants an environment of its own:

    quantizers.py prepare DATA MODEL WORK [--calibration N] [--test N]   pictures, ONNX Runtime's int8 models
    quantizers.py litert MODEL WORK                                      LiteRT's int8 model
    quantizers.py compare GLINT MODEL WORK [--json]                      the table

Every picture is cut and scaled to the network's input here, once, and stored without loss, so that all see the same
pixels.
"""

import argparse
import hashlib
import json
import pathlib
import subprocess
import sys

import numpy as np

import build_models
import network


def prepare(data, model, work, calibration_count, test_count):
    """Draws pictures by the hash of their files, as many of each class, and builds ONNX Runtime's models."""
    import cv2

    labels = sorted(folder.name for folder in data.iterdir() if folder.is_dir())
    parts = {"calibration": ([], []), "test": ([], [])}
    for label, name in enumerate(labels):
        found = {}
        for path in (data / name).rglob("*"):
            if path.suffix.lower() in (".jpg", ".jpeg", ".png"):
                found[hashlib.sha256(path.read_bytes()).hexdigest()] = path
        paths = [found[key] for key in sorted(found)]
        wanted = {"calibration": calibration_count // len(labels), "test": test_count // len(labels)}
        for part, count in wanted.items():
            for path in paths[:count]:
                picture = cv2.imread(str(path))
                if picture is None:
                    continue
                side = min(picture.shape[:2])
                top, left = (picture.shape[0] - side) // 2, (picture.shape[1] - side) // 2
                square = picture[top:top + side, left:left + side]
                square = cv2.resize(square, (network.SIZE, network.SIZE), interpolation=cv2.INTER_AREA)
                images, truth = parts[part]
                target = work / part / name / f"{len(images):04d}.png"
                target.parent.mkdir(parents=True, exist_ok=True)
                cv2.imwrite(str(target), square)
                images.append(square[..., ::-1])
                truth.append(label)
            paths = paths[count:]
    for part, (images, truth) in parts.items():
        if not images:
            raise SystemExit(f"{data}: too few pictures for {part}")
        np.savez(work / f"{part}.npz", images=np.array(images), truth=np.array(truth))
    tensors = network.load(model)
    build_models.onnx_float(tensors, work)
    build_models.onnxruntime_int8(network.as_nchw(np.load(work / "calibration.npz")["images"]), work)


def compare(glint, model, work):
    """Logits of every int8 network on the test pictures against the float network's; one row each."""
    import onnxruntime

    import run_engine

    test = np.load(work / "test.npz")
    images, truth = test["images"], test["truth"]
    session = onnxruntime.InferenceSession(str(work / "float.onnx"), providers=["CPUExecutionProvider"])
    floats = np.array([session.run(None, {"input": network.as_nchw(image[None])})[0].item() for image in images])
    results = {}
    # The pictures are what the network reads: no face is to be cut out of them.
    classify = [glint, "classify", str(work / "glint.safetensors"), str(work / "test"), "--no-faces", "--json"]
    lines = subprocess.run(classify, check=True, capture_output=True, text=True).stdout.splitlines()
    named = {pathlib.Path(item["file"]).name: item["logits"][0] for item in map(json.loads, lines)}
    results["Glint"] = np.array([named[f"{index:04d}.png"] for index in range(len(images))])
    for name in ("ONNX Runtime u8s8", "ONNX Runtime s8s8", "LiteRT"):
        infer, ready = run_engine.ENGINES[name](work, 2)
        results[name] = np.array([infer(ready(image)) for image in images])
    accuracy = np.mean((floats > 0) == (truth == 1))
    return [{"quantizer": name, "images": len(images), "squared_error": float(np.mean((logits - floats) ** 2)),
             "relative_error": float(np.sqrt(np.mean((logits - floats) ** 2)) / floats.std()),
             "agreement": float(np.mean((logits > 0) == (floats > 0))), "float_accuracy": float(accuracy),
             "points_lost": float(100 * (accuracy - np.mean((logits > 0) == (truth == 1))))}
            for name, logits in results.items()]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("step", choices=["prepare", "litert", "compare"])
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--calibration", type=int, default=100)
    parser.add_argument("--test", type=int, default=300)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.step == "prepare":
        data, model, work = options.paths
        prepare(pathlib.Path(data), model, pathlib.Path(work), options.calibration, options.test)
    elif options.step == "litert":
        model, work = options.paths
        images = np.load(pathlib.Path(work) / "calibration.npz")["images"]
        build_models.litert_int8(network.load(model), images, pathlib.Path(work))
    else:
        glint, model, work = options.paths
        rows = compare(glint, model, pathlib.Path(work))
        if options.json:
            print(json.dumps(rows))
            return
        print(f"\n{rows[0]['images']} test pictures, float right on {100 * rows[0]['float_accuracy']:.1f} %")
        print(f"  {'quantizer':18} {'squared error':>14} {'logits off by':>14} {'same answer':>12} {'points lost':>12}")
        for row in rows:
            print(f"  {row['quantizer']:18} {row['squared_error']:14.3g} {100 * row['relative_error']:12.2f} % "
                  f"{100 * row['agreement']:10.2f} % {row['points_lost']:12.2f}")
        least = min(rows, key=lambda row: row["squared_error"])
        print(f"\nThe logits of {least['quantizer']} are nearest to float's.")
        # Accuracy that int8 wins over the float network that it was made from is chance, and no merit.
        losses = {row["quantizer"]: max(0, row["points_lost"]) for row in rows}
        loses_most = any(losses["Glint"] > loss + 1e-9 for loss in losses.values())
        print("Glint loses more accuracy than another." if loses_most else "None loses less accuracy than Glint.")
        if least["quantizer"] != "Glint" or loses_most:
            sys.exit(1)


if __name__ == "__main__":
    main()
