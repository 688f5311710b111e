// Changes of 8-bit pictures for training, in integers: the same on every machine.
#ifndef CAUGMENTATION_H
#define CAUGMENTATION_H

#include <stdint.h>

/// Resamples a picture through an affine map, bilinear with 8-bit weights; pixels beyond the border repeat its edge.
/// The source of output pixel (x, y), in 1/65536 pixel, is (map[0] x + map[1] y + map[2], map[3] x + map[4] y +
/// map[5]). in: [in_height, in_width, channels], out: [height, width, channels]; they must not overlap. Each source
/// coordinate must stay within +-16000 pixels.
void ca_warp(const uint8_t *in, int in_height, int in_width, uint8_t *out, int height, int width, int channels,
             const int32_t map[6]);

/// Mirrors a picture [height, width, channels] left to right, in place.
void ca_mirror(uint8_t *pixels, int height, int width, int channels);

/// Replaces every value by its table's entry: pixels [count, channels], tables [channels][256].
void ca_apply_tables(uint8_t *pixels, int count, int channels, const uint8_t *tables);

/// Moves every pixel [count, 3] towards its luma (factor below 256; 0 makes it grey) or away from it (above).
void ca_saturate(uint8_t *pixels, int count, int factor);

/// Lights a picture [height, width, channels] from a side: every value times 1 + (across u + down v) / 65536, where u
/// and v go from -1 to 1 over the width and the height. across, down: at most 32768 in size.
void ca_side_light(uint8_t *pixels, int height, int width, int channels, int across, int down);

/// Blurs a picture [height, width, channels] with two box filters in a row, each of `radius` / 256 pixels to both
/// sides; pixels beyond the border repeat its edge. scratch: as many bytes. sums: width * channels. radius: 0 to 16384.
void ca_blur(uint8_t *pixels, uint8_t *scratch, uint32_t *sums, int height, int width, int channels, int radius);

/// Adds noise of mean 0 and standard deviation about `strength` / 256 to `count` values, from a stream that `seed`
/// begins. strength: 0 to 16384.
void ca_noise(uint8_t *pixels, int count, int strength, uint64_t seed);

/// Fills rows top ..< bottom and columns left ..< right with one colour [channels].
void ca_fill(uint8_t *pixels, int width, int channels, int top, int bottom, int left, int right, const uint8_t *colour);

#endif
