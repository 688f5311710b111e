"""Pictures for the tests that hold Glint against other engines."""

import struct
import zlib

import numpy as np


def png(path, pixels):
    """Pixels `[height, width, channels]` as a file."""
    height, width, channels = pixels.shape
    rows = b"".join(b"\0" + pixels[y].tobytes() for y in range(height))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0 if channels == 1 else 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows))
                     + chunk(b"IEND", b""))


def picture(random, height, width, channels):
    """Smooth spots with grain, as photos have them."""
    y, x = np.mgrid[0:height, 0:width]
    result = random.uniform(40, 200, (1, 1, channels)) * np.ones((height, width, channels))
    for _ in range(12):
        centre, size = random.uniform(0, (height, width)), random.uniform(0.05, 0.4) * max(height, width)
        spot = np.exp(-((y - centre[0]) ** 2 + (x - centre[1]) ** 2) / size ** 2)
        result += spot[..., None] * random.uniform(-150, 150, channels)
    return np.clip(result + random.normal(0, 6, result.shape), 0, 255).astype(np.uint8)
