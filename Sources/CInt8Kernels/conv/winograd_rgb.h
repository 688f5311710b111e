// The transformation of winograd_template.h for pixels of three channels, which become four. The includer defines
// CK_TARGET, V16, add16, sub16, store16, RGB_TILES, and load_rgb: pixels 0, 2, 4 ... (or 1, 3, 5 ...) from x on, one
// for each of RGB_TILES tiles.

// V of RGB_TILES tiles: out[position * step + 4 * tile + channel].
CK_TARGET static inline void transform_rgb(const char *x, ptrdiff_t row, int16_t *out, size_t step) {
  V16 t[4][4];
  for (int i = 0; i < 4; i++, x += row) {
    V16 a = load_rgb(x, 0), b = load_rgb(x, 1), c = load_rgb(x + 6, 0), d = load_rgb(x + 6, 1);
    t[i][0] = sub16(a, c);
    t[i][1] = add16(b, c);
    t[i][2] = sub16(c, b);
    t[i][3] = sub16(b, d);
  }
  for (size_t j = 0; j < 4; j++) {
    store16(out + j * step, sub16(t[0][j], t[2][j]));
    store16(out + (4 + j) * step, add16(t[1][j], t[2][j]));
    store16(out + (8 + j) * step, sub16(t[2][j], t[1][j]));
    store16(out + (12 + j) * step, sub16(t[1][j], t[3][j]));
  }
}
