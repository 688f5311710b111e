// Compares every kernel of this machine with the scalar one of its operation, byte for byte, and fails when the
// instruction sets that the first argument lists were not all covered. Prints what ran.
#include "convolutions.h"
#include "elementwise.h"
#include "words.h"

static void check_dense(const ck_kernel *kernel) {
  const size_t shapes[][2] = {{1, 1}, {3, 5}, {64, 16}, {65, 33}, {1000, 7}, {14400, 9}};
  for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
    for (int loud = 0; loud < 2; loud++) {
      ck_code *input = guarded(shapes[i][0] + CK_SLACK);
      random_state = 200 + i;
      fill(input, shapes[i][0] + CK_SLACK, loud);
      ck_dense wanted = make_dense(shapes[i][0], shapes[i][1], CK_DENSE_ALIGNMENT, loud, input, i);
      ck_dense found = make_dense(shapes[i][0], shapes[i][1], CK_DENSE_ALIGNMENT, loud, input, i);
      best_kernel(CK_OP_DENSE, 1)->run(&wanted, 0, shapes[i][1]);
      kernel->run(&found, 0, shapes[i][1]);
      check(kernel, i, wanted.io.output, found.io.output, shapes[i][1]);
    }
}

static void check_dense_part(const ck_kernel *kernel) {
  const size_t shapes[][2] = {{1, 1}, {5, 16}, {12, 40}, {7, 64}, {9, 300}};  // groups of a row, outputs
  for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
    size_t rows = 3, inputs = rows * shapes[i][0] * 4, outputs = shapes[i][1];
    ck_dense_part part = {.row_groups = shapes[i][0], .first_row = 0};
    part.outputs = (outputs + CK_BLOCK - 1) / CK_BLOCK * CK_BLOCK;
    ck_code *input = guarded(inputs);
    random_state = 600 + i;
    fill(input, inputs, 1);
    int8_t *weights = guarded(inputs * outputs), *packed = guarded(inputs * part.outputs);
    for (size_t w = 0; w < inputs * outputs; w++) weights[w] = random_weight(0);
    ck_pack_dense_part(weights, outputs, inputs, packed);
    part.weights = packed;
    part.io.input = input;
    int32_t *wanted = part.sums = guarded(part.outputs * 4);
    best_kernel(CK_OP_DENSE_PART, 1)->run(&part, 0, rows);
    part.sums = guarded(part.outputs * 4);
    kernel->run(&part, 0, 2);
    kernel->run(&part, 2, rows);
    check(kernel, i, wanted, part.sums, part.outputs * 4);
  }
}

int main(int argc, char **argv) {
  uint32_t isas = ccpu_detected();
  for (size_t i = 0; i < ck_kernel_count(); i++) {
    const ck_kernel *kernel = ck_kernel_at(i);
    if (!(isas >> kernel->isa & 1) || kernel->isa == CCPU_SCALAR) continue;
    switch (kernel->op) {
      case CK_OP_CONV:
      case CK_OP_CONV_MAXPOOL2X2:
      case CK_OP_CONV_EIGHT:
      case CK_OP_CONV_EIGHT_MAXPOOL2X2:
      case CK_OP_CONV_GATHERED:
      case CK_OP_CONV_GATHERED_MAXPOOL2X2:
      case CK_OP_WINOGRAD:
      case CK_OP_WINOGRAD_MAXPOOL2X2:
      case CK_OP_WINOGRAD4:
      case CK_OP_WINOGRAD4_MAXPOOL2X2:
      case CK_OP_WINOGRAD4_RGB_MAXPOOL2X2:
      case CK_OP_RGB3X3_MAXPOOL2X2: check_convolutions(kernel); break;
      case CK_OP_CONV16:
      case CK_OP_CONV16_MAXPOOL2X2: check_conv16(kernel, layers, sizeof layers / sizeof layers[0], check); break;
      case CK_OP_DEPTHWISE16: check_depthwise16(kernel, check); break;
      case CK_OP_DENSE16: check_dense16(kernel, check); break;
      case CK_OP_DENSE: check_dense(kernel); break;
      case CK_OP_DENSE_PART: check_dense_part(kernel); break;
      case CK_OP_PREPARE: check_prepare(kernel); break;
      case CK_OP_DEPTHWISE:
        check_depthwise(kernel, 3);
        release_guarded();
        check_depthwise(kernel, 5);
        break;
      case CK_OP_DEPTHWISE3X3: check_depthwise(kernel, 3); break;
      case CK_OP_DEPTHWISE5X5: check_depthwise(kernel, 5); break;
      case CK_OP_DEPTHWISE3X3_MAXPOOL2X2: check_pooled_depthwise(kernel); break;
      case CK_OP_ADD:
        check_sums_in_integers(kernel);
        check_pair(kernel);
        break;
      case CK_OP_MULTIPLY: check_pair(kernel); break;
      case CK_OP_MAP: check_map(kernel); break;
      case CK_OP_RESIZE: check_resize(kernel); break;
      default: check_others(kernel); break;
    }
    release_guarded();
    printf("%s\n", kernel->name);
  }
  uint32_t expected = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 0) : 0;
  if ((covered & expected) != expected) {
    printf("FAILED: instruction sets %#x were to run, %#x did\n", expected, covered);
    failures++;
  }
  printf(failures ? "%d comparisons failed\n" : "all equal\n", failures);
  return failures != 0;
}
