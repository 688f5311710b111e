// Every wrong use of the library that C allows ends in text or a number, and two threads with a handle each agree.
//   misuse MODEL DETECTOR NO_MODEL
#include <glint.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int checks, failures;

static void check(int holds, const char *what) {
  checks++;
  if (holds) return;
  failures++;
  fprintf(stderr, "misuse: not so: %s\n", what);
}
#define CHECK(condition) check(condition, #condition)

enum { SIDE = 96 };
static uint8_t pixels[SIDE * SIDE * 3];
static const char *model_path, *detector_path;

static void *label_often(void *result) {
  glint *model = glint_open(model_path, detector_path, 1, NULL, 0);
  float *probabilities = result;
  for (int i = 0; i < 50 && model != NULL; i++) {
    if (glint_classify_rgb(model, pixels, SIDE, SIDE, SIDE * 3, probabilities) == GLINT_ERROR) probabilities[0] = -1;
    if (glint_find_faces(model, pixels, SIDE, SIDE, SIDE * 3, NULL, 0) < 0) probabilities[0] = -1;
  }
  glint_close(model);
  return NULL;
}

int main(int count, char **arguments) {
  if (count != 4) return 2;
  model_path = arguments[1];
  detector_path = arguments[2];
  for (size_t i = 0; i < sizeof pixels; i++) pixels[i] = (uint8_t)(i * 2654435761u >> 24);

  char error[64];
  memset(error, 'x', sizeof error);
  CHECK(glint_open(NULL, NULL, 1, error, sizeof error) == NULL && strstr(error, "NULL") != NULL);
  CHECK(glint_open("/nowhere", NULL, 1, error, sizeof error) == NULL && strstr(error, "/nowhere") != NULL);
  CHECK(glint_open(arguments[3], NULL, 1, error, sizeof error) == NULL && strlen(error) > 10);
  CHECK(glint_open(model_path, arguments[3], 1, error, sizeof error) == NULL && strlen(error) > 10);
  CHECK(glint_open(model_path, NULL, 0, error, sizeof error) == NULL && strstr(error, "threads") != NULL);
  CHECK(glint_open("/nowhere", NULL, 1, error, 5) == NULL && strlen(error) == 4);
  CHECK(glint_open("/nowhere", NULL, 1, NULL, 5) == NULL && glint_open("/nowhere", NULL, 1, error, 0) == NULL);
  glint_close(NULL);
  CHECK(glint_label_count(NULL) == 0 && glint_label(NULL, 0) == NULL && glint_error(NULL) == NULL);
  CHECK(glint_classify_rgb(NULL, pixels, 1, 1, 3, NULL) == GLINT_ERROR);
  CHECK(strlen(glint_version()) >= 5);

  glint *model = glint_open(model_path, NULL, 1, error, sizeof error);
  CHECK(model != NULL && error[0] == 0);
  if (model == NULL) return 1;
  CHECK(glint_label(model, -1) == NULL && glint_label(model, glint_label_count(model)) == NULL);
  CHECK(glint_classify_rgb(model, NULL, SIDE, SIDE, SIDE * 3, NULL) == GLINT_ERROR && glint_error(model)[0] != 0);
  CHECK(glint_classify_rgb(model, pixels, 0, SIDE, SIDE * 3, NULL) == GLINT_ERROR);
  CHECK(glint_classify_rgb(model, pixels, SIDE, -1, SIDE * 3, NULL) == GLINT_ERROR);
  CHECK(glint_classify_rgb(model, pixels, SIDE, SIDE, SIDE * 3 - 1, NULL) == GLINT_ERROR);
  CHECK(glint_classify_rgb(model, pixels, 2147483647, 2147483647, SIZE_MAX, NULL) == GLINT_ERROR);
  CHECK(glint_classify_rgb(model, pixels, SIDE, SIDE, SIZE_MAX / 2, NULL) == GLINT_ERROR);
  CHECK(glint_classify_file(model, NULL, NULL) == GLINT_ERROR);
  CHECK(glint_classify_file(model, "/nowhere.jpg", NULL) == GLINT_ERROR && strstr(glint_error(model), "/nowhere.jpg"));
  CHECK(glint_find_faces(model, pixels, SIDE, SIDE, SIDE * 3, NULL, 0) == GLINT_ERROR);
  CHECK(strstr(glint_error(model), "detector") != NULL);
  CHECK(glint_classify_rgb(model, pixels, SIDE, SIDE, SIDE * 3, NULL) != GLINT_ERROR && glint_error(model)[0] == 0);
  glint_close(model);

  model = glint_open(model_path, detector_path, 1, NULL, 0);
  CHECK(glint_find_faces(model, pixels, SIDE, SIDE, SIDE * 3, NULL, 1) == GLINT_ERROR);
  CHECK(glint_find_faces(model, pixels, SIDE, SIDE, SIDE * 3, NULL, -1) == GLINT_ERROR);
  int labels = glint_label_count(model);
  glint_close(model);

  float *results[2] = {calloc((size_t)labels, sizeof(float)), calloc((size_t)labels, sizeof(float))};
  pthread_t threads[2];
  for (int i = 0; i < 2; i++) pthread_create(&threads[i], NULL, label_often, results[i]);
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
  CHECK(results[0][0] > 0 && memcmp(results[0], results[1], (size_t)labels * sizeof(float)) == 0);
  free(results[0]);
  free(results[1]);
  printf("%d of %d uses of the library in C as they should be\n", checks - failures, checks);
  return failures > 0;
}
