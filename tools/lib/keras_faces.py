"""A network of happy and sad faces as people make it with Keras: trained, saved, imported, and held against Keras on
photos as numbers, as files, in int8 and as a camera. Used by tools/test-keras; argument: the program."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

import keras
from keras import layers

PHOTOS = 50
TOLERANCE = 1e-5
SIZE = 256
LABELS = "happy,sad"
CAMERA = "/dev/video-stand-in"
# An int8 network may answer otherwise where float is in doubt itself.
AGREEMENT = 0.95


def run(program, *arguments, environment={}):
    """What a program prints; the end of this one, with its words, where it fails."""
    done = subprocess.run(
        [program, *map(str, arguments)], capture_output=True, text=True, env={**os.environ, **environment})
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, [program, *arguments]))}:\n{done.stderr.rstrip()}")
    return done.stdout


def pixels(folder):
    """The photos of a folder with one folder a class, files sorted, and which class each is of."""
    files = sorted(folder.glob("*/*.jpg"))
    arrays = [keras.utils.img_to_array(keras.utils.load_img(file), dtype="uint8") for file in files]
    return files, np.stack(arrays), np.array([file.parent.name == "sad" for file in files], np.float32)


def trained(photos, answers):
    """The network that this project began with, trained for a moment."""
    keras.utils.set_random_seed(15)
    model = keras.Sequential([
        layers.Input((SIZE, SIZE, 3)),
        layers.Conv2D(16, 3, activation="relu"), layers.MaxPooling2D(),
        layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(),
        layers.Conv2D(16, 3, activation="relu"), layers.MaxPooling2D(),
        layers.Flatten(), layers.Dense(256, activation="relu"), layers.Dropout(0.2),
        layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(photos / np.float32(255), answers, batch_size=16, epochs=6, verbose=0)
    print(f"Keras {keras.__version__}: trained on {len(photos)} painted faces, of which "
          f"{history.history['accuracy'][-1]:.1%} come out right")
    return model


class Story:
    def __init__(self, glint, folder):
        self.glint, self.folder, self.failed = glint, folder, False

    def says(self, good, words):
        self.failed |= not good
        print(("agrees: " if good else "DIFFERS: ") + words, flush=True)

    def numbers(self, model, inputs):
        """What a model makes of pixels."""
        np.save(self.folder / "x.npy", inputs)
        run(self.glint, "run", model, "--input", self.folder / "x.npy", "--output", self.folder / "y.npy", "--force")
        return np.load(self.folder / "y.npy").reshape(len(inputs))

    def files(self, model, files):
        """The probability of the second class for each file, as 'glint classify' tells it."""
        told = run(self.glint, "classify", model, *files, "--json")
        answers = [json.loads(line) for line in told.splitlines()]
        return np.array([answer["probabilities"]["sad"] for answer in answers])

    def live(self, model, data, files, wanted):
        """Plays the photos as a camera, each of them twice."""
        told = run(self.glint, "live", model, "--folder", data, "--fps", 20, "--count", 2 * len(files), "--json")
        right = seen = 0
        for line in told.splitlines():
            answer = json.loads(line)
            index = files.index(pathlib.Path(answer["file"]))
            right += answer["faces"][0]["label"] == ("sad" if wanted[index] > 0.5 else "happy")
            seen += 1
        self.says(right == seen == 2 * len(files), f"'glint live' labels {right} of {seen} frames as 'glint classify'")

    def camera(self, model, files, wanted):
        """Shows some of the photos to a V4L2 camera that is none, each as one that stands still."""
        sources = (pathlib.Path(__file__).parents[2] / "Tests" / "StandInCamera").glob("*.c")
        library, script = self.folder / "standin.so", self.folder / "script"
        run("cc", "-shared", "-fPIC", "-O1", "-D_GNU_SOURCE", "-o", library, *sources, "-lpthread", "-ldl")
        right, shown = 0, range(0, len(files), 5)
        for index in shown:
            script.write_text(
                f"device {CAMERA}\nmode MJPG {SIZE} {SIZE} 30\ninterval 20\nframe {files[index]}\nagain\n")
            told = run(
                self.glint, "live", model, "--camera", CAMERA, "--count", 3, "--json", "--no-page",
                environment={"LD_PRELOAD": str(library), "STANDIN_SCRIPT": str(script)})
            labels = [json.loads(line)["faces"][0]["label"] for line in told.splitlines()]
            right += labels == ["sad" if wanted[index] > 0.5 else "happy"] * 3
        words = f"labels {right} of {len(shown)} photos as 'glint classify'"
        self.says(right == len(shown), f"'glint live' on a camera {words}")

    def tell(self):
        for name, seed, count in (("train", 1, 300), ("photos", 2, PHOTOS)):
            run(self.glint, "paint", self.folder / name, "--count", count, "--seed", seed, "--size", SIZE, "--quiet")
        _, photos, answers = pixels(self.folder / "train")
        model = trained(photos, answers)
        files, photos, answers = pixels(self.folder / "photos")
        wanted = model.predict(photos / np.float32(255), verbose=0)[:, 0]
        hashes = set()
        for kind in (".h5", ".keras"):
            saved, imported = self.folder / f"happy_sad{kind}", self.folder / f"happy_sad{kind}.safetensors"
            model.save(saved)
            tool = pathlib.Path(__file__).parents[1] / "import-keras"
            run(tool, saved, "-o", imported, "--labels", LABELS)
            hashes.add(json.loads(run(self.glint, "inspect", imported, "--json"))["sha256"])
            off = np.abs(self.numbers(imported, photos) - wanted).max()
            self.says(off <= TOLERANCE, f"{kind}: probabilities of {len(photos)} photos are off by {off:.1e} at most")
        self.says(len(hashes) == 1, "one model of both files")
        own = self.files(imported, files)
        off = np.abs(own - wanted).max()
        self.says(off <= TOLERANCE, f"'glint classify' of the files is off by {off:.1e} at most")
        right = np.mean((wanted > 0.5) == answers)
        print(f"float: {right:.1%} of the photos come out right")
        for name, method in (("min-max", ["--method", "min-max"]), ("the search", [])):
            quantized = self.folder / "happy_sad.int8.safetensors"
            run(self.glint, "quantize", imported, "--calibration", self.folder / "train", "-o", quantized, "--force",
                "--quiet", *method)
            codes = self.numbers(quantized, photos)
            alike = np.mean((codes > 0.5) == (wanted > 0.5))
            right = np.mean((codes > 0.5) == answers)
            self.says(
                alike >= AGREEMENT, f"int8 by {name}: {alike:.0%} of the answers are Keras', {right:.1%} are right, "
                f"probabilities are off by {np.abs(codes - wanted).max():.3f} at most")
        compared = json.loads(run(
            self.glint, "compare", imported, quantized, "--data", self.folder / "photos", "--part", "all", "--json",
            "--quiet"))
        told = compared["agreement"]
        self.says(told == alike, f"'glint compare' tells the same: {told:.0%} of the answers agree")
        answers = self.files(quantized, files)
        self.live(quantized, self.folder / "photos", files, answers)
        self.camera(quantized, files, answers)


def main():
    with tempfile.TemporaryDirectory() as name:
        story = Story(sys.argv[1], pathlib.Path(name))
        story.tell()
        sys.exit(1 if story.failed else 0)


main()
