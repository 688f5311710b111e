"""Random changes of training pictures that do not change their label: those of `glint train --augmentation light`.

What happens to a picture depends on seed, epoch and the picture's number alone, whichever process has it. The prepared
pictures end where the network's input ends, so what moves into it is the picture's border, repeated; `glint train` has
some of the photo around it.
"""

import math

import numpy as np
import torch

LIGHT = {"shift": 0.04, "scale": 0.06, "rotation": 6, "brightness": 0.08, "contrast": 0.15, "colour cast": 0.04}


def changed(images, seed, epoch, indices):
    """Changed copies.

    images: `[n, channels, height, width]`, 0 to 1. indices: the pictures' numbers. Mirrored or not, shifted by up to a
    share of the side, enlarged or shrunk, turned by degrees, then lit: one brightness and contrast for a picture, and
    a factor for each channel.
    """
    count, channels, height, width = images.shape
    maps = np.empty((count, 2, 3))
    tones = np.empty((count, 2, channels))
    for place, index in enumerate(indices):
        random = np.random.default_rng([seed, epoch, int(index)])

        def draw(name, size=None):
            return random.uniform(-LIGHT[name], LIGHT[name], size)
        sign = -1 if random.integers(2) else 1
        across, down = 2 * draw("shift"), 2 * draw("shift")  # in halves of the side, as affine_grid counts
        size, angle = 1 + draw("scale"), math.radians(draw("rotation"))
        cosine, sine = size * math.cos(angle), size * math.sin(angle)
        maps[place] = [[sign * cosine, -sine * height / width, across], [sign * sine * width / height, cosine, down]]
        light, spread, cast = draw("brightness"), 1 + draw("contrast"), 1 + draw("colour cast", channels)
        tones[place] = [spread * cast, (0.5 - 0.5 * spread + light) * cast]
    grid = torch.nn.functional.affine_grid(
        torch.from_numpy(maps).to(images), [count, channels, height, width], align_corners=False)
    shifted = torch.nn.functional.grid_sample(images, grid, mode="bilinear", padding_mode="border", align_corners=False)
    factors, offsets = torch.from_numpy(tones).to(images)[..., None, None].unbind(1)
    return (shifted * factors + offsets).clamp_(0, 1).contiguous(memory_format=torch.channels_last)
