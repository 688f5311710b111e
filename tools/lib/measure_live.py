"""Shares of seconds in which `glint live` shows a wrong label, on recordings of photos (see tools/measure-live)."""

import argparse
import collections
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import cv2
import numpy

from progress import Progress

WIDTH, HEIGHT, RATE = 640, 480, 10
# A face that goes is waited for up to a second: nobody is to be taken for who was there before.
GAP = RATE + 5
SHOWN = ("happy", "sad")
RENDERED = "rendered faces"


def photos(answers, count, seed):
    """Sources with up to `count` photos each, drawn at random: `[(source, file, label)]`."""
    by_source = collections.defaultdict(list)
    known = json.loads(pathlib.Path(answers).read_text())
    folders = {*known["labels"], "happiness", "sadness"}  # of classes, below that of the source
    for answer in known["answers"]:
        path = pathlib.Path(answer["file"])
        folder = path.parent.parent if path.parent.name in folders else path.parent
        by_source[folder.name].append((folder.name, str(path), answer["label"]))
    chosen = []
    for source in sorted(by_source):
        found = sorted(by_source[source])
        random.Random(f"{seed} {source}").shuffle(found)
        chosen += found[:count]
    return chosen


def rendered(glint, folder, count, seed):
    """As many rendered faces."""
    subprocess.run([glint, "paint", folder, "--all-expressions", "--count", str(count), "--size", "256", "--seed",
                    str(seed), "--quiet"], check=True, stdout=subprocess.DEVNULL)
    files = sorted(path for path in pathlib.Path(folder).rglob("*") if path.suffix in (".jpg", ".png"))
    return [(RENDERED, str(path), path.parent.name) for path in files[:count]]


class Shot:
    """One photo before a camera: slow movements with phases and speeds of their own."""

    def __init__(self, path, seed):
        self.draw = random.Random(f"{seed} {path}")
        picture = cv2.imread(path, cv2.IMREAD_COLOR)
        if picture is None:
            raise SystemExit(f"{path}: cannot be read")
        height, width = picture.shape[:2]
        # Cut-out faces become 240 pixels high, photos of people as high as fits.
        self.scale = (240 if max(height, width) <= 260 else 440) / max(height, width)
        self.picture = picture
        # What is behind: the photo's own colours, without anything to be seen in them.
        self.behind = cv2.GaussianBlur(cv2.resize(picture, (WIDTH, HEIGHT)), (0, 0), 60)
        self.waves = {name: (self.draw.uniform(0, 6.28), self.draw.uniform(0.5, 1.6))
                      for name in ("x", "y", "size", "turn", "light", "side")}
        self.blur, self.quality = self.draw.uniform(0.3, 1.3), self.draw.randrange(55, 90)
        self.gamma, grain = self.draw.uniform(0.75, 1.3), self.draw.uniform(1, 4)
        self.noise = numpy.random.default_rng(self.draw.randrange(1 << 30)).normal(
            0, grain, (2 * HEIGHT, WIDTH, 1)).astype(numpy.float32)

    def wave(self, name, seconds):
        phase, speed = self.waves[name]
        return numpy.sin(phase + speed * seconds)

    def frame(self, seconds):
        """The JPEG of a moment."""
        height, width = self.picture.shape[:2]
        size = self.scale * (1 + 0.12 * self.wave("size", seconds))
        place = cv2.getRotationMatrix2D((width / 2, height / 2), 8 * self.wave("turn", seconds), size)
        place[:, 2] += (WIDTH / 2 + 70 * self.wave("x", seconds) - width / 2,
                        HEIGHT / 2 + 25 * self.wave("y", seconds) - height / 2)
        image = cv2.warpAffine(self.picture, place, (WIDTH, HEIGHT), dst=self.behind.copy(), flags=cv2.INTER_LINEAR,
                               borderMode=cv2.BORDER_TRANSPARENT)
        image = cv2.GaussianBlur(image, (0, 0), self.blur)
        values = (numpy.arange(256) / 255) ** self.gamma * 255 * (1 + 0.2 * self.wave("light", seconds))
        side = 1 + 0.25 * self.wave("side", seconds) * numpy.linspace(-1, 1, WIDTH, dtype=numpy.float32)
        first = self.draw.randrange(HEIGHT)
        image = cv2.LUT(image, values.astype(numpy.float32)) * side[None, :, None] + self.noise[first:first + HEIGHT]
        return jpeg(numpy.clip(image, 0, 255).astype(numpy.uint8), self.quality)


def jpeg(image, quality):
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def record(shots, seconds, seed, path):
    """Writes all shots one after the other, an empty room between them; returns the first frame of each."""
    writer = subprocess.Popen(
        ["ffmpeg", "-v", "error", "-y", "-f", "mjpeg", "-framerate", str(RATE), "-i", "-", "-c", "copy", path],
        stdin=subprocess.PIPE)
    empty = jpeg(numpy.full((HEIGHT, WIDTH, 3), 96, numpy.uint8), 80)
    firsts, frame = [], 0
    with Progress() as progress:
        for source, file, _ in shots:
            shot = Shot(file, seed)
            firsts.append(frame)
            for index in range(seconds * RATE):
                writer.stdin.write(shot.frame(index / RATE))
            for _ in range(GAP):
                writer.stdin.write(empty)
            frame += seconds * RATE + GAP
            progress(f"Recording: {len(firsts)} of {len(shots)}")
    writer.stdin.close()
    if writer.wait() != 0:
        raise SystemExit("ffmpeg failed")
    return firsts


def shown(glint, options, path):
    """What is shown of the largest face of each frame; None where there is no face."""
    command = [glint, "live", *([options.model] if options.model else []), path, "--every-frame", "--json"]
    if options.steadiness:
        command += ["--steadiness", options.steadiness]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    labels = []
    for line in lines:
        faces = json.loads(line)["faces"]
        largest = max(faces, key=lambda face: face["box"]["w"] * face["box"]["h"], default=None)
        labels.append(largest and largest["label"])
    return labels


def verdict(labels, truth):
    """Of one second: the label that most of its frames show, held against the truth."""
    label, count = collections.Counter(labels).most_common(1)[0]
    if label is None:
        return "no face"
    if label not in SHOWN or 2 * count <= len(labels):
        return "unsure"
    return "right" if label == truth else "wrong"


def main():
    parser = argparse.ArgumentParser(prog="tools/measure-live")
    parser.add_argument("glint")
    parser.add_argument("answers")
    parser.add_argument("--photos", type=int, default=100)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model")
    parser.add_argument("--steadiness")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        shots = photos(options.answers, options.photos, options.seed)
        shots += rendered(options.glint, folder + "/rendered", options.photos, options.seed)
        firsts = record(shots, options.seconds, options.seed, folder + "/all.avi")
        labels = shown(options.glint, options, folder + "/all.avi")
    expected = firsts[-1] + options.seconds * RATE + GAP
    if len(labels) != expected:
        raise SystemExit(f"{len(labels)} frames of {expected} came back")
    tables = {name: collections.defaultdict(collections.Counter) for name in ("source", "photo shows")}
    for (source, _, truth), first in zip(shots, firsts):
        for begin in range(first, first + options.seconds * RATE, RATE):
            found = verdict(labels[begin:begin + RATE], truth)
            tables["source"][source][found] += 1
            if source != RENDERED:
                tables["source"]["all photos"][found] += 1
                tables["photo shows"][truth][found] += 1
    if options.json:
        print(json.dumps(tables))
        return
    for name, table in tables.items():
        print(f"\n{name:20} seconds   wrong   right  unsure  no face")
        for row, counts in sorted(table.items()):
            total = sum(counts.values())
            print(f"{row:20} {total:7} " + " ".join(
                f"{100 * counts[kind] / total:6.1f}%" for kind in ("wrong", "right", "unsure", "no face")))


if __name__ == "__main__":
    main()
