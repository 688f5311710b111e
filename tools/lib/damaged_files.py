"""Damaged copies of files through the program: each is read, or refused in words, within limits of memory and time.
Used by tools/test-damaged-files; arguments: the program, how many copies of each, and files, or none for those made
here."""

import collections
import hashlib
import pathlib
import random
import re
import resource
import subprocess
import sys
import tempfile

import numpy as np

import damaged_keras
from mutations import mutated

MEMORY = 1 << 30
SECONDS = 20
MODELS = pathlib.Path(__file__).parents[2] / "Calibration" / "Models"


def resealed(content):
    """A model with the checksums that fit its bytes, so that what they guard is met by the readers behind them; the
    bytes as they are where their header is no longer one."""
    length = 8 + int.from_bytes(content[:8], "little")
    header, data = bytearray(content[:length]), content[length:]
    sums = re.match(rb'\{"__metadata__":\{"header_sha256":"(.{64})","tensors_sha256":"(.{64})"', header[8:], re.DOTALL)
    if sums is None:
        return content
    header[8 + sums.start(2):8 + sums.end(2)] = hashlib.sha256(data).hexdigest().encode()
    place = slice(8 + sums.start(1), 8 + sums.end(1))
    header[place] = b"0" * 64
    header[place] = hashlib.sha256(header).hexdigest().encode()
    return bytes(header) + data


def commands(path, folder):
    """What reads a file of a kind, in the order of what it takes to get there."""
    out = folder / "out"
    if path.suffix in (".onnx", ".tflite"):
        return [["import", path, "-o", out, "--force", "--threads", "1"], ["inspect", path]]
    if path.suffix in (".npy", ".npz"):
        return [["run", MODELS / "compact.int8.safetensors", "--input", path, "--output", folder / "out.npz", "--force",
                 "--threads", "1"]]
    return [["inspect", path], ["bench", path, "--runs", "1", "--threads", "1"],
            ["export", path, "-o", out, "--force", "--quiet"]]


def limit():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def outcome(command):
    """`read`, `refused`, or what else happened."""
    try:
        done = subprocess.run(
            [GLINT, *map(str, command)], capture_output=True, timeout=SECONDS, preexec_fn=limit)
    except subprocess.TimeoutExpired:
        return f"no end within {SECONDS} seconds"
    words = done.stderr.decode(errors="replace").strip()
    if done.returncode == 0:
        return "read"
    return "refused" if done.returncode in (1, 2) and words else f"status {done.returncode}, {words[-200:]!r}"


def survives(path, copies):
    """Whether nothing but reading and refusing happens to damaged copies of a file."""
    content, draw, good = path.read_bytes(), random.Random(16), True
    is_model = path.suffix == ".safetensors"
    outcomes = collections.Counter()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        file = folder / ("damaged" + path.suffix)
        for number in range(copies):
            damaged = mutated(content, draw)
            file.write_bytes(resealed(damaged) if is_model and number % 4 else damaged)
            choice = commands(file, folder)
            found = outcome(choice[number % len(choice)])
            if found not in ("read", "refused"):
                good = False
                kept = pathlib.Path(tempfile.gettempdir()) / f"damaged-{number}{path.suffix}"
                kept.write_bytes(file.read_bytes())
                print(f"{path.name}: copy {number}: {choice[number % len(choice)][0]} ended with {found}; it is {kept}")
            outcomes[found if found in ("read", "refused") else "worse"] += 1
    print(f"{path.name}: of {copies} damaged copies " +
          ", ".join(f"{times} {what}" for what, times in sorted(outcomes.items())), flush=True)
    return good


def brought(folder):
    """Files of each kind that can be made here."""
    network = folder / "compact.onnx"
    subprocess.run([GLINT, "export", MODELS / "compact.int8.safetensors", "-o", network, "--quiet"], check=True)
    pixels = np.random.default_rng(16).random((64, 64, 1), dtype=np.float32)
    np.save(folder / "numbers.npy", pixels)
    np.savez(folder / "stored.npz", pixels)
    np.savez_compressed(folder / "packed.npz", pixels)
    arrays = [folder / name for name in ("numbers.npy", "stored.npz", "packed.npz")]
    models = [MODELS / f"{name}.safetensors" for name in ("compact", "compact.int8", "face-detector.int8")]
    return models + [network] + arrays


def main():
    copies, good = int(sys.argv[2]), True
    with tempfile.TemporaryDirectory() as name:
        files = [pathlib.Path(each) for each in sys.argv[3:]] or brought(pathlib.Path(name))
        for path in files:
            if path.suffix in (".h5", ".hdf5", ".keras"):
                good &= damaged_keras.survives(path, copies)
            else:
                good &= survives(path, copies)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    GLINT = sys.argv[1]
    main()
