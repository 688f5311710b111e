#include "team.h"

// Cores are not always alike: processors have fast and slow ones, and a core that is shared with somebody else is a
// slow one for as long. Where all threads wait for the last, equal shares make everything as slow as that one is.

// Shares may change once in so many runs, by each thread's best time in them: what else a core is taken away for does
// not make it a slow one.
enum { WINDOW_BITS = 4 };

static uint64_t window(uint32_t generation) { return generation >> WINDOW_BITS & 0xffff; }

void note_pace(member *self, uint32_t generation, uint64_t busy, uint64_t share) {
  if (share == 0) return;
  uint64_t pace = (busy << 16) / share, past = atomic_load_explicit(&self->pace, memory_order_relaxed);
  pace = pace == 0 ? 1 : pace >> 48 == 0 ? pace : (UINT64_C(1) << 48) - 1;
  uint64_t word = window(generation) << 48 | pace;
  if (past >> 48 == word >> 48 && past <= word) return;
  atomic_store_explicit(&self->pace, word, memory_order_relaxed);
}

void ct_team_share(ct_team *team, const uint32_t *starts) {
  // Threads that wake late find no order, and not one whose shares are other ones by now.
  atomic_store(&team->order, 0);
  for (int t = 0; t <= team->threads; t++) atomic_store_explicit(&team->starts[t], starts[t], memory_order_release);
}

void share_equally(ct_team *team) {
  uint32_t starts[team->threads + 1];
  for (int t = 0; t <= team->threads; t++) starts[t] = (uint32_t)(65536.0 * t / team->threads + 0.5);
  ct_team_share(team, starts);
}

size_t ct_team_first_part(const ct_team *team, size_t parts, int thread) {
  return first_part(atomic_load_explicit(&team->starts[thread], memory_order_relaxed), parts);
}

// Shares for the window that begins, by what threads took in the last one; as they are where one took no part.
void adapt_shares(ct_team *team) {
  if (team->generation % (1 << WINDOW_BITS) != 0) return;
  int threads = team->threads;
  uint64_t paces[threads];
  uint32_t starts[threads + 1];
  for (int t = 0; t < threads; t++) {
    uint64_t word = atomic_load_explicit(&team->members[t].pace, memory_order_relaxed);
    if (word >> 48 != window(team->generation - 1)) return;
    paces[t] = word & ((UINT64_C(1) << 48) - 1);
    if (paces[t] == 0) return;
  }
  for (int t = 0; t <= threads; t++) starts[t] = atomic_load_explicit(&team->starts[t], memory_order_relaxed);
  if (ct_adapt_shares(starts, paces, threads)) ct_team_share(team, starts);
}

int ct_adapt_shares(uint32_t *starts, const uint64_t *paces, int threads) {
  // All would end together after `ideal`, with shares as the inverse of their paces.
  double speed = 0;
  for (int t = 0; t < threads; t++) speed += 1 / (double)paces[t];
  const double ideal = 65536 / speed, enough = ideal * 17 / 16, equal = 65536.0 / threads;
  double now = 0, even = 0;
  for (int t = 0; t < threads; t++) {
    double own = (starts[t + 1] - starts[t]) * (double)paces[t], same = equal * (double)paces[t];
    now = own > now ? own : now;
    even = same > even ? same : even;
  }
  if (now <= enough && even > enough) return 0;
  double shares[threads], sum = 0;
  for (int t = 0; t < threads; t++) {
    double halfway = (starts[t + 1] - starts[t] + ideal / (double)paces[t]) / 2;
    double share = even <= enough ? equal : halfway;
    sum += shares[t] = share > equal / 8 ? share : equal / 8;
  }
  int changes = 0;
  double start = 0;
  for (int t = 1; t < threads; t++) {
    start += shares[t - 1] * 65536 / sum;
    uint32_t rounded = (uint32_t)(start + 0.5);
    changes |= rounded != starts[t];
    starts[t] = rounded;
  }
  return changes;
}
