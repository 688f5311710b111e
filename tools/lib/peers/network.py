"""The reference network as the peers are given it: the weights of a Glint float model, the pictures that calibrate and
try every engine, and the network's logits in float64, computed with numpy. No engine is imported here.

Every engine ends in logits, so that results can be compared where no sigmoid has flattened them.
"""

import json
import pathlib

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file

SIZE = 256
CONVOLUTIONS = ("conv1", "conv2", "conv3")
CALIBRATION_PICTURES, TRIAL_PICTURES = 100, 20


def load(path):
    """The tensors of a float model of the reference architecture: OHWI convolutions, dense weights in HWC order."""
    with safe_open(path, "numpy") as file:
        metadata = file.metadata()
    graph = json.loads(metadata["graph"])
    kinds = [node["operator"] for node in graph["nodes"]]
    if metadata.get("kind") != "float" or graph["input"] != [SIZE, SIZE, 3] \
            or kinds != ["conv2d", "max_pool2d"] * 3 + ["flatten", "dense", "dense"]:
        raise SystemExit(f"{path}: not a float model of the reference network (256x256x3, three convolutions)")
    return load_file(path)


def dense1_for_nchw(weight):
    """The first dense layer's weights for a network that flattens channels first."""
    return np.ascontiguousarray(weight.reshape(256, 30, 30, 16).transpose(0, 3, 1, 2).reshape(256, -1))


def pictures(count, seed):
    """`count` RGB pictures `[256, 256, 3]`: soft light, a few blobs and some noise, so that activations spread."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32) / SIZE
    result = np.empty((count, SIZE, SIZE, 3), np.uint8)
    for index in range(count):
        slope = random.uniform(-1, 1, (2, 3))
        picture = random.uniform(60, 190, 3) + 60 * (slope[0] * (x[..., None] - 0.5) + slope[1] * (y[..., None] - 0.5))
        for _ in range(random.integers(4, 10)):
            (cx, cy), spread = random.uniform(0, 1, 2), random.uniform(0.03, 0.3, 2)
            distance = ((x - cx) / spread[0]) ** 2 + ((y - cy) / spread[1]) ** 2
            hill = np.exp(-distance) if random.random() < 0.5 else (distance < 1).astype(np.float32)
            picture += hill[..., None] * random.uniform(-120, 120, 3)
        picture += random.normal(0, random.uniform(1, 12), picture.shape)
        result[index] = np.clip(picture, 0, 255)
    return result


def camera_frames(images, seed=3):
    """The pictures as a camera's frames: 640x480, some noise, JPEG of quality 90 with 4:2:2 colours; bytes of files."""
    import cv2

    random = np.random.default_rng(seed)
    options = [cv2.IMWRITE_JPEG_QUALITY, 90, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422]
    for image in images:
        large = cv2.resize(image, (640, 480), interpolation=cv2.INTER_CUBIC)
        noisy = np.clip(large + random.normal(0, 4, large.shape), 0, 255).astype(np.uint8)
        yield cv2.imencode(".jpg", noisy[..., ::-1], options)[1].tobytes()


def as_nchw(images):
    """Bytes `[n, h, w, c]` as floats `[n, c, h, w]` of 0 to 1."""
    return np.ascontiguousarray(images.transpose(0, 3, 1, 2)).astype(np.float32) / np.float32(255)


def as_nhwc(images):
    """Bytes as floats of 0 to 1, in the same order."""
    return images.astype(np.float32) / np.float32(255)


def values(tensors, image):
    """Every value of the network for one picture, in float64, by layer."""
    x = image.astype(np.float64) / 255
    result = {"input": x}
    for name in CONVOLUTIONS:
        windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(0, 1))  # h, w, c, 3, 3
        weight = tensors[name + ".weight"].astype(np.float64)
        y = np.einsum("hwcij,oijc->hwo", windows, weight, optimize=True) + tensors[name + ".bias"]
        height, width = y.shape[0] // 2, y.shape[1] // 2
        y = np.maximum(y, 0)[: height * 2, : width * 2].reshape(height, 2, width, 2, -1)
        result[name] = x = y.max(axis=(1, 3))
    result["dense1"] = np.maximum(tensors["dense1.weight"].astype(np.float64) @ x.ravel() + tensors["dense1.bias"], 0)
    result["logits"] = tensors["dense2.weight"].astype(np.float64) @ result["dense1"] + tensors["dense2.bias"]
    return result


def frame_logits(tensors, frame):
    """The network's logits for a frame's centre, in float64: pixels are averaged over their areas."""
    import cv2

    pixels = cv2.imdecode(np.frombuffer(frame, np.uint8), cv2.IMREAD_COLOR_RGB)
    return values(tensors, cv2.resize(pixels[:, 80:560], (SIZE, SIZE), interpolation=cv2.INTER_AREA))["logits"]


def write_png(folder, images):
    """The pictures as PNG files, for Glint to calibrate and run on."""
    import cv2

    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for index, image in enumerate(images):
        cv2.imwrite(str(folder / f"{index:03d}.png"), image[..., ::-1])
