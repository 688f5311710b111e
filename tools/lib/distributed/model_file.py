"""Reads what `glint train --prepare` writes, and writes float models as
Sources/Glint/Glint.docc/ModelFormat.md lays them down."""

import hashlib
import json
import os
import struct
import tempfile

import numpy as np

ALIGNMENT = 64
TYPES = {"float32": "F32", "uint8": "U8"}


class Prepared:
    """A prepared data set: the network with fresh weights, and the pictures as it sees them, memory-mapped."""

    PARTS = ("train", "validation", "test")

    def __init__(self, path):
        from safetensors import safe_open
        try:
            self._file = safe_open(path, "numpy")
            self.metadata = self._file.metadata() or {}
        except Exception as error:
            raise SystemExit(f"{path}: is no file of `glint train --prepare`: {error}")
        if "training" not in self.metadata:
            raise SystemExit(f"{path}: holds no pictures to train on; make it with `glint train DATA --prepare {path}`")
        self.graph = json.loads(self.metadata["graph"])
        self.extras = json.loads(self.metadata["training"])
        self.labels = json.loads(self.metadata["labels"])
        names = set(self._file.keys())
        self.weights = {name: self._file.get_tensor(name) for name in sorted(names)
                        if name.endswith((".weight", ".bias"))}
        self._labels = {part: self._file.get_tensor(part + ".labels") for part in self.PARTS
                        if part + ".labels" in names}
        # By picture how likely each class is, where voters or a teacher said so.
        self._shares = {part: self._file.get_tensor(part + ".shares") for part in self._labels
                        if part + ".shares" in names}
        self._pixels = {part: self._file.get_slice(part + ".pixels") for part in self._labels}

    @property
    def fingerprint(self):
        return json.loads(self.metadata["card"]).get("data fingerprint", "")

    def count(self, part):
        return len(self._labels[part]) if part in self._labels else 0

    def counts(self, part):
        """In words, for the card."""
        found = np.bincount(self._labels[part], minlength=len(self.labels))
        return ", ".join(f"{count} {label}" for count, label in zip(found, self.labels))

    def batch(self, part, indices):
        """Bytes `[n, h, w, c]`, labels, and shares of the classes `[n, classes]` of some pictures of a part."""
        pixels = [self._pixels[part][int(index):int(index) + 1] for index in indices]
        labels = self._labels[part][indices]
        shares = self._shares[part][indices] if part in self._shares else np.eye(len(self.labels))[labels]
        return np.concatenate(pixels), labels, shares.astype(np.float32)


def test_pattern(shape):
    """Pixels that are no photo, for the self-test at load."""
    y, x, channel = np.meshgrid(*(np.arange(size) for size in shape), indexing="ij")
    waves = np.sin(x * (channel + 2) * 6.3 / shape[1]) + np.cos(y * (3 - channel % 3) * 6.3 / shape[0])
    grain = np.random.default_rng(0x601D).integers(-16, 17, shape)
    return np.clip(np.rint(127.5 + 60 * waves + grain), 0, 255).astype(np.uint8)


def write_model(path, tensors, metadata):
    """Writes tensors (in this order) and texts as one safetensors file, whole or not at all."""
    laid = []
    for name, tensor in tensors.items():
        laid.append((name, TYPES[str(tensor.dtype)], list(tensor.shape), np.ascontiguousarray(tensor).tobytes()))
        hole = -len(laid[-1][3]) % ALIGNMENT
        if hole:
            laid.append((f"_fill.{len(laid)}", "U8", [hole], bytes(hole)))
    data = b"".join(entry[3] for entry in laid)
    blank = "0" * 64
    header = {"__metadata__": {"header_sha256": blank, "tensors_sha256": hashlib.sha256(data).hexdigest(), **metadata}}
    offset = 0
    for name, kind, shape, content in laid:
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [offset, offset + len(content)]}
        offset += len(content)
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-(8 + len(text)) % ALIGNMENT)
    head = struct.pack("<Q", len(text)) + text
    place = head.index(b'"header_sha256":"') + len(b'"header_sha256":"')
    digest = hashlib.sha256(head).hexdigest().encode()
    replace_file(path, head[:place] + digest + head[place + 64:] + data)


def replace_file(path, content):
    """Writes bytes beside the path, syncs, and renames, so that nobody ever sees half a file."""
    folder = os.path.dirname(os.path.abspath(path))
    handle, temporary = tempfile.mkstemp(prefix="." + os.path.basename(path), dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise
