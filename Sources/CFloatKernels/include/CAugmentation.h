// Changes of 8-bit pictures for training, in integers: the same on every machine.
#ifndef CAUGMENTATION_H
#define CAUGMENTATION_H

#include <stdint.h>

/// Resamples a picture through an affine map, bilinear with 8-bit weights; pixels beyond the border repeat its edge.
/// The source of output pixel (x, y), in 1/65536 pixel, is (map[0] x + map[1] y + map[2], map[3] x + map[4] y + map[5]).
/// in, out: [height, width, channels]; they must not overlap. Each source coordinate must stay within +-16000 pixels.
void ca_warp(const uint8_t *in, uint8_t *out, int height, int width, int channels, const int32_t map[6]);

/// Mirrors a picture [height, width, channels] left to right, in place.
void ca_mirror(uint8_t *pixels, int height, int width, int channels);

/// Replaces every value by its table's entry: pixels [count, channels], tables [channels][256].
void ca_apply_tables(uint8_t *pixels, int count, int channels, const uint8_t *tables);

#endif
