#!/usr/bin/env python3
"""From a camera's JPEG to the boxes and labels of all faces in it: Glint's live pipeline against OpenCV's decoder and
face detector (YuNet) with LiteRT for the label, in turn. Used by tools/compare-with-peers --frame.

Frames are 640x480 and show rendered faces, one or three each, which both have to find before anything is timed.
"""

import argparse
import json
import math
import pathlib
import shutil
import statistics
import subprocess
import sys

import cv2
import numpy as np

from compare import Peer
from progress import Progress

FRAMES, SIDES = 24, {1: 300, 3: 190}


def make_frames(glint, folder, count):
    """JPEGs of `count` rendered people who sway, so that the last frame goes before the first again."""
    (folder / "frames").mkdir(parents=True)
    painted = folder / "painted"
    subprocess.run([glint, "paint", painted, "--count", str(count), "--size", str(SIDES[count]), "--quiet"],
                   check=True, stdout=subprocess.DEVNULL)
    faces = [cv2.imread(str(path)) for path in sorted(painted.rglob("*.jpg"))]
    for index in range(FRAMES):
        frame = np.full((480, 640, 3), 112, np.uint8)
        for place, face in enumerate(faces):
            side, turn = face.shape[0], 2 * math.pi * index / FRAMES + place
            left, top = (640 - count * side) // 2 + place * side, (480 - side) // 2 + round(12 * math.sin(turn))
            frame[top:top + side, left:left + side] = face
        cv2.imwrite(str(folder / "frames" / f"{index:02}.jpg"), frame, [
            cv2.IMWRITE_JPEG_QUALITY, 90, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422])


def glint_frames(options, folder, threads, runs):
    command = [options.glint, "bench", options.model, "--frames", folder / "frames", "--faces", "--json", "--threads",
               str(threads), "--runs", str(runs)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def compare(options, folder, count, threads):
    peer = Peer(sys.executable, "OpenCV and LiteRT", folder, threads, {}, "run_frames.py")
    try:
        found = {"Glint": glint_frames(options, folder, threads, 1)["faces"], peer.name: [int(n) for n in peer.logits]}
        for name, numbers in found.items():
            if numbers != [count] * FRAMES:
                print(f"{name} finds {numbers} faces in frames of {count}", file=sys.stderr)
        ours, theirs = [], []
        with Progress() as progress:
            for number in range(options.rounds):
                progress(f"{count} faces, {threads} threads: round {number + 1} of {options.rounds}")
                result = glint_frames(options, folder, threads, options.runs)
                ours.append(result["median_ms"])
                theirs.append(peer.measure(options.runs)["median"])
    finally:
        peer.close()
    return {"faces": count, "threads": threads, "glint_ms": statistics.median(ours),
            "peer_ms": statistics.median(theirs), "ratio": statistics.median(b / a for a, b in zip(ours, theirs)),
            "stages": {stage["name"]: stage["median_ms"] for stage in result["stages"]},
            "all_found": all(numbers == [count] * FRAMES for numbers in found.values())}


def main():
    parser = argparse.ArgumentParser(prog="tools/compare-with-peers --frame")
    for name in ("glint", "model", "classifier", "yunet"):
        parser.add_argument(name)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--threads", default="1")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = []
    for count in SIDES:
        folder = options.folder / str(count)
        shutil.rmtree(folder, ignore_errors=True)
        make_frames(options.glint, folder, count)
        shutil.copy(options.yunet, folder / "yunet.onnx")
        shutil.copy(options.classifier, folder / "classifier.tflite")
        rows += [compare(options, folder, count, int(threads)) for threads in options.threads.split(",")]
    if options.json:
        print(json.dumps(rows))
        return
    print("From a 640x480 JPEG (4:2:2, quality 90) to boxes and labels of all faces, medians in ms:\n")
    print("faces threads    Glint  OpenCV and LiteRT  to Glint  Glint's stages")
    for row in rows:
        stages = ", ".join(f"{name} {time:.3f}" for name, time in row["stages"].items())
        print(f"{row['faces']:5} {row['threads']:7} {row['glint_ms']:8.3f} {row['peer_ms']:18.3f} "
              f"{row['ratio']:8.2f}x  {stages}" + ("" if row["all_found"] else "   NOT ALL FACES WERE FOUND"))


if __name__ == "__main__":
    main()
