// A plugin for qemu-user that prints how many instructions the program ran and, with the argument blocks=on, how often
// each block of them: address, instructions, times. The few declarations of QEMU's plugin interface (version 1,
// docs/devel/tcg-plugins.rst) that it needs stand here, since distributions ship no header.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
enum qemu_plugin_op { QEMU_PLUGIN_INLINE_ADD_U64 };

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, void (*cb)(qemu_plugin_id_t, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *tb, enum qemu_plugin_op op, void *where,
                                              uint64_t amount);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, void (*cb)(qemu_plugin_id_t, void *), void *context);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
void qemu_plugin_outs(const char *text);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

static uint64_t instructions;

// As often as a block is translated it is one of the list; who reads it adds up.
typedef struct block {
  uint64_t address, count, times;
  struct block *before;
} block;

static int lists_blocks;
static block *blocks;

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb) {
  (void)id;
  block *one = lists_blocks ? malloc(sizeof *one) : NULL;
  if (one != NULL) {
    *one = (block){qemu_plugin_tb_vaddr(tb), qemu_plugin_tb_n_insns(tb), 0, blocks};
    blocks = one;
    qemu_plugin_register_vcpu_tb_exec_inline(tb, QEMU_PLUGIN_INLINE_ADD_U64, &one->times, 1);
  }
  qemu_plugin_register_vcpu_tb_exec_inline(tb, QEMU_PLUGIN_INLINE_ADD_U64, &instructions, qemu_plugin_tb_n_insns(tb));
}

static void ended(qemu_plugin_id_t id, void *context) {
  (void)id, (void)context;
  char text[96];
  for (const block *one = blocks; one != NULL; one = one->before) {
    snprintf(text, sizeof text, "block %llx %llu %llu\n", (unsigned long long)one->address,
             (unsigned long long)one->count, (unsigned long long)one->times);
    qemu_plugin_outs(text);
  }
  snprintf(text, sizeof text, "instructions %llu\n", (unsigned long long)instructions);
  qemu_plugin_outs(text);
}

__attribute__((visibility("default"))) int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc,
                                                               char **argv) {
  (void)info;
  for (int i = 0; i < argc; i++) lists_blocks |= strcmp(argv[i], "blocks=on") == 0;
  qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
  qemu_plugin_register_atexit_cb(id, ended, NULL);
  return 0;
}
