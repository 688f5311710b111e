// Labels JPEG and PNG files:  example MODEL DETECTOR PICTURE...
// One line a picture: its file, the label, the probability of each label.
#include <glint.h>
#include <stdio.h>

int main(int count, char **arguments) {
  if (count < 4) {
    fprintf(stderr, "usage: example MODEL DETECTOR PICTURE...\n");
    return 2;
  }
  char error[256];
  glint *model = glint_open(arguments[1], arguments[2], 1, error, sizeof error);
  if (model == NULL) {
    fprintf(stderr, "example: %s\n", error);
    return 1;
  }
  int failed = 0;
  for (int picture = 3; picture < count; picture++) {
    float probabilities[16];
    int label = glint_label_count(model) <= 16 ? glint_classify_file(model, arguments[picture], probabilities)
                                               : GLINT_ERROR;
    if (label == GLINT_ERROR) {
      fprintf(stderr, "example: %s\n", glint_error(model));
      failed = 1;
      continue;
    }
    printf("%s %s", arguments[picture], label == GLINT_UNSURE ? "unsure" : glint_label(model, label));
    for (int i = 0; i < glint_label_count(model); i++) printf(" %.9g", (double)probabilities[i]);
    printf("\n");
  }
  glint_close(model);
  return failed;
}
