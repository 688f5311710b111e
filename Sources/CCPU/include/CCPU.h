// What this processor offers, found once; the one limit under which every room chooses its variants; and how many
// instructions it ran.
#ifndef CCPU_H
#define CCPU_H

#include <stdint.h>

/// Sets of instructions that variants are written for. Several at once are bits, 1 << ccpu_set. Those before
/// CCPU_LEVELS are levels, which a limit can name: worst first within an architecture.
typedef enum {
  CCPU_SCALAR = 0,
  CCPU_SSE41,
  CCPU_AVX2,        // with FMA
  CCPU_AVXVNNI,     // vpdpbusd, VEX-encoded
  CCPU_AVX512VNNI,  // vpdpbusd, with CCPU_AVX512
  CCPU_NEON,        // of every aarch64
  CCPU_DOTPROD,     // sdot, Armv8.2
  CCPU_I8MM,        // smmla, Armv8.6
  CCPU_LEVELS,
  CCPU_AVX512 = CCPU_LEVELS,  // F, BW, VL and DQ: allowed with CCPU_AVX512VNNI
  CCPU_AVX512VBMI,            // permutations of bytes: allowed with CCPU_AVX512VNNI
  CCPU_SHA256                 // SHA-NI or Armv8's SHA2, in 128-bit registers: allowed with any vectors
} ccpu_set;

/// What this processor and its system offer, as bits; CCPU_SCALAR is always among them.
uint32_t ccpu_detected(void);

/// What of it the limit allows: the only thing to ask before a variant is chosen.
uint32_t ccpu_allowed(void);

/// Whether the limit allows a set, and this processor and its system offer it.
static inline int ccpu_may_use(ccpu_set set) { return (ccpu_allowed() >> set & 1) != 0; }

/// Whether vectors of 512 bits are added and shuffled by the units that multiply them, and by no others, so that work
/// around products takes as long as they do. (Intel's servers: ports 0 and 5 do all of it, as the optimization manual
/// says. AMD's processors add on twice as many.)
int ccpu_adds_where_it_multiplies(void);

/// Limits the whole process to a level and those before it; CCPU_LEVELS lifts the limit. What was chosen before stays
/// chosen: call it before work begins. Until it is called the limit is that of the environment variable GLINT_ISA.
void ccpu_limit(ccpu_set level);

/// The name of a level, which GLINT_ISA takes.
const char *ccpu_level_name(ccpu_set level);

/// What GLINT_ISA holds where that names no level, and so limits nothing; NULL where it does, or ccpu_limit was called.
const char *ccpu_unknown_limit(void);

/// Opens a count of the instructions that this thread, and those that it starts later, run outside the kernel.
/// Returns a number for the functions below, or -errno: -EACCES or -EPERM where the system does not let a program ask,
/// -ENOENT or -EOPNOTSUPP where the processor, or the machine that it is part of, does not count.
int ccpu_counter_open(void);

/// Instructions so far, or -1 where they cannot be read.
int64_t ccpu_counter_read(int counter);

/// Ends a count.
void ccpu_counter_close(int counter);

#endif
