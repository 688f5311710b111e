#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "CCPU.h"

static const char *const names[CCPU_LEVELS] = {"scalar",      "sse4.1", "avx2",         "avx-vnni",
                                               "avx512-vnni", "neon",   "neon-dotprod", "neon-i8mm"};

// A level, CCPU_LEVELS for no limit, or one of these.
enum { UNREAD = -1, UNKNOWN = CCPU_LEVELS + 1 };
static _Atomic int limit = UNREAD;

static const char *environment(void) { return getenv("GLINT_ISA"); }

static int read_environment(void) {
  const char *name = environment();
  if (name == NULL || *name == 0) return CCPU_LEVELS;
  for (int level = 0; level < CCPU_LEVELS; level++) {
    if (strcmp(name, names[level]) == 0) return level;
  }
  return UNKNOWN;
}

static int current(void) {
  int found = atomic_load_explicit(&limit, memory_order_relaxed);
  if (found != UNREAD) return found;
  int read = read_environment();
  // A limit that a call sets meanwhile stays; found becomes it.
  return atomic_compare_exchange_strong(&limit, &found, read) ? read : found;
}

uint32_t ccpu_allowed(void) {
  uint32_t found = ccpu_detected();
  int level = current();
  if (level >= CCPU_LEVELS) return found;
  uint32_t allowed = found & ((2u << level) - 1);
  if (level >= CCPU_AVX512VNNI) allowed |= found & (1u << CCPU_AVX512 | 1u << CCPU_AVX512VBMI);
  if (allowed & (1u << CCPU_SSE41 | 1u << CCPU_NEON)) allowed |= found & 1u << CCPU_SHA256;
  return allowed;
}

void ccpu_limit(ccpu_set level) { atomic_store(&limit, (int)level); }

const char *ccpu_level_name(ccpu_set level) { return names[level]; }

const char *ccpu_unknown_limit(void) { return current() == UNKNOWN ? environment() : NULL; }
