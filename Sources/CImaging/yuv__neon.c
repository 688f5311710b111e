#if defined(__aarch64__)
#include <arm_neon.h>

#include "yuv.h"

#define VECTOR
#define STEP 16
#define SPILL 0

/// Words less a constant.
static inline int16x8_t less(uint8x8_t bytes, uint8_t constant) {
  return vreinterpretq_s16_u16(vsubl_u8(bytes, vdup_n_u8(constant)));
}

/// (a * x + b * y + c * z + 128) >> 8, clamped to a byte.
static inline uint8x8_t mix(int16x8_t x, int16_t a, int16x8_t y, int16_t b, int16x8_t z, int16_t c) {
  int32x4_t low = vmull_n_s16(vget_low_s16(x), a), high = vmull_high_n_s16(x, a);
  low = vmlal_n_s16(low, vget_low_s16(y), b);
  high = vmlal_high_n_s16(high, y, b);
  low = vmlal_n_s16(low, vget_low_s16(z), c);
  high = vmlal_high_n_s16(high, z, c);
  return vqmovun_s16(vcombine_s16(vqrshrn_n_s32(low, 8), vqrshrn_n_s32(high, 8)));
}

/// The luma of pixels of even number and of odd number, and the chroma that they share.
typedef struct {
  uint8x8_t even, odd, u, v;
} PIXELS;

static inline PIXELS load_yuyv(const uint8_t *from) {
  uint8x8x4_t four = vld4_u8(from);  // Y0, U, Y1, V
  return (PIXELS){four.val[0], four.val[2], four.val[1], four.val[3]};
}

static inline PIXELS load_nv12(const uint8_t *luma, const uint8_t *chroma) {
  uint8x8x2_t y = vld2_u8(luma), uv = vld2_u8(chroma);
  return (PIXELS){y.val[0], y.val[1], uv.val[0], uv.val[1]};
}

static inline void store_rgb(PIXELS pixels, uint8_t *to) {
  int16x8_t y0 = less(pixels.even, 16), y1 = less(pixels.odd, 16), u = less(pixels.u, 128), v = less(pixels.v, 128);
  uint8x8_t red0 = mix(y0, 298, v, 409, u, 0), red1 = mix(y1, 298, v, 409, u, 0);
  uint8x8_t green0 = mix(y0, 298, u, -100, v, -208), green1 = mix(y1, 298, u, -100, v, -208);
  uint8x8_t blue0 = mix(y0, 298, u, 516, v, 0), blue1 = mix(y1, 298, u, 516, v, 0);
  uint8x16x3_t rgb = {{vcombine_u8(vzip1_u8(red0, red1), vzip2_u8(red0, red1)),
                       vcombine_u8(vzip1_u8(green0, green1), vzip2_u8(green0, green1)),
                       vcombine_u8(vzip1_u8(blue0, blue1), vzip2_u8(blue0, blue1))}};
  vst3q_u8(to, rgb);
}

#include "yuv_template.h"

const ci_converter ci_converter__neon = {"neon", yuyv, nv12};
#endif
