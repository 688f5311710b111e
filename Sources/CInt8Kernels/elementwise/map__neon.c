#if defined(__aarch64__)

#include "../support/template.h"

#include <arm_neon.h>

#define CK_TARGET

// Four registers hold 64 entries; a look-up beyond them keeps what was found before.
typedef struct {
  uint8x16x4_t parts[4];
} map_table;

static inline void load_table(map_table *table, const ck_code *entries) {
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 4; j++) table->parts[i].val[j] = vld1q_u8((const uint8_t *)entries + 64 * i + 16 * j);
}

static inline void map_step(const map_table *table, const uint8_t *in, ck_code *out) {
  uint8x16_t codes = vld1q_u8(in);
  uint8x16_t found = vqtbl4q_u8(table->parts[0], codes);
  for (int i = 1; i < 4; i++) {
    codes = vsubq_u8(codes, vdupq_n_u8(64));
    found = vqtbx4q_u8(found, table->parts[i], codes);
  }
  vst1q_u8((uint8_t *)out, found);
}

#define LANES 16
#define NAME ck_s8_map__neon

#include "map_template.h"

#endif
