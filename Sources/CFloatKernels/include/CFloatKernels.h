// fp32 kernels of the trainer and of the float interpreter.
//
// Every kernel exists once, as a template over the vector width, and is compiled for each instruction set. Vectors run
// over channels, never across a sum, and each sum is a chain of fused multiply-adds in an order that the shapes alone
// decide: the bits of a result depend on neither instruction set nor number of threads.
#ifndef CFLOATKERNELS_H
#define CFLOATKERNELS_H

#include <stddef.h>
#include <stdint.h>

/// Channels of one panel of packed weights. Panels hold `[K][CF_PANEL]` floats, K the taps in order; a last panel that
/// is not full is filled up with zeros.
enum { CF_PANEL = 16 };

/// Floats that must be readable after the end of every buffer: the last vector of a row may reach beyond it.
enum { CF_SLACK = 16 };

/// Value of `winners` where no input of a pool passes a gradient on, because ReLU cut it off.
enum { CF_NO_WINNER = 4 };

/// Where the inputs of a convolution lie. An output at (row, column) reads the floats
/// `x[row * row_step + column * column_step + run_offsets[r] + 0 ... run_length - 1]` of each run r, in that order.
/// Padding is in `x` already.
typedef struct cf_window {
  ptrdiff_t row_step;            ///< floats between the inputs of neighbouring rows
  ptrdiff_t column_step;         ///< floats between the inputs of neighbouring columns
  int runs;                      ///< contiguous runs of one window
  int run_length;                ///< floats of one run
  const ptrdiff_t *run_offsets;  ///< [runs]
  int width;                     ///< output columns
  int channels;                  ///< output channels
  size_t output_row;             ///< floats between output rows
  size_t output_column;          ///< floats between neighbouring outputs
} cf_window;

/// A 3x3 convolution of some images that moves by one over a multiple of 16 channels, for tiles of 4x4 results, of
/// which the last may reach beyond the picture. Beyond an image's edges its values are 0.
typedef struct cf_tiles {
  int images;                     ///< of x, one after the other
  int input_height, input_width;  ///< of each
  int top, left;                  ///< how far the first window reaches beyond its edges
  int height, width;              ///< of the result
  int inputs, outputs;            ///< channels
  size_t output_column;           ///< floats between neighbouring results; rows and images follow one another
  const float *zeros;             ///< as many as a row of an image has numbers
} cf_tiles;

/// A clamp applied to results: `low` where below, `high` where above; NaN passes.
typedef struct cf_clamp {
  float low, high;
} cf_clamp;

/// What each channel is multiplied by, what is added to it, and the clamp that follows.
typedef struct cf_scaling {
  const float *scale, *shift;
  cf_clamp clamp;
} cf_scaling;

/// A pool over a picture `[height, width, channels]`. Padding takes no part.
typedef struct cf_pool {
  int height, width, channels;
  int output_height, output_width;
  int window_height, window_width, stride;
  int pad_top, pad_left;
} cf_pool;

/// One step of Adam (Kingma, Ba 2015) with decoupled weight decay (Loshchilov, Hutter 2019).
typedef struct cf_adam {
  float rate;  ///< learning rate / (1 - beta1^t)
  float beta1, beta2;
  float inverse_root;  ///< 1 / sqrt(1 - beta2^t)
  float epsilon;
  float keep;  ///< 1 - learning rate * weight decay
} cf_adam;

/// The kernels of one instruction set.
typedef struct cf_kernels {
  const char *name;

  /// Convolution of output rows `begin ..< end`. y: [rows, width, channels] with the window's output strides.
  /// panels: [ceil(channels / 16)][runs * run_length][16], bias: [ceil(channels / 16) * 16].
  void (*conv)(const cf_window *w, const float *x, const float *panels, const float *bias, float *y, int begin, int end,
               cf_clamp clamp);

  /// Convolution, ReLU and max pooling 2x2 step 2 in one pass, for pooled rows `begin ..< end`. `w->width` counts
  /// unpooled columns, y and winners are pooled: [rows, width / 2, channels]. winners: 0 ... 3, which of the four won
  /// (row-major, the first of equals), or CF_NO_WINNER.
  void (*conv_pool)(const cf_window *w, const float *x, const float *panels, const float *bias, float *y,
                    uint8_t *winners, int begin, int end);

  /// The same for 3x3 windows that move by one over a multiple of 16 channels, by Winograd's F(2x2, 3x3) with `filters`
  /// of `winograd_filters`. scratch: `cf_winograd_scratch` floats.
  void (*conv_pool_winograd)(const cf_window *w, const float *x, const float *filters, const float *bias, float *y,
                             uint8_t *winners, int begin, int end, float *scratch);

  /// The transformed weights of 3x3 windows, from panels `[9 * inputs][16]` to `[16][inputs][16]` each.
  void (*winograd_filters)(const float *panels, float *filters, int inputs, int outputs);

  /// Convolution, y: [images, height, width] of `outputs` channels, by Winograd's F(4x4, 3x3) with `filters` of
  /// `winograd4_filters`. scratch: `cf_winograd4_scratch` floats.
  void (*conv_winograd4)(const cf_tiles *t, const float *x, const float *filters, const float *bias, float *y,
                         float *scratch);

  /// The transformed weights of 3x3 windows, from panels `[9 * inputs][16]` to `[36][inputs + 1][16]` each.
  void (*winograd4_filters)(const float *panels, float *filters, int inputs, int outputs);

  /// Adds the gradient by `filters` to `dfilters`, [ceil(outputs / 16)][36][inputs + 1][16], and that by the bias to
  /// `dbias`. dy: as y; what follows its channels is readable up to a multiple of 16 and makes what fills `dfilters`
  /// up. scratch: `cf_winograd4_weights_scratch` floats.
  void (*weights_winograd4)(const cf_tiles *t, const float *x, const float *dy, float *dfilters, float *dbias,
                            float *scratch);

  /// Exchanges rows and columns of 16x16 numbers.
  void (*transpose)(const float *from, float *to);

  /// The gradient by weights in panels, from that by `filters`.
  void (*winograd4_weights)(const float *dfilters, float *dpanels, int inputs, int outputs);

  /// Adds the gradient by weights of rows `begin ..< end` to `dpanels`, packed as the weights with `panel` floats from
  /// one panel to the next, and to `dbias`, unless NULL.
  void (*conv_weights)(const cf_window *w, const float *x, const float *dy, float *dpanels, size_t panel, float *dbias,
                       int begin, int end);

  /// The gradients of `conv_pool` for pooled rows `begin ..< end`. By weights, added to `drows`: [channels][runs]
  /// [run_length rounded up to 16] and dbias: [channels]; by input, added to `dx` (laid out as x; NULL where nobody
  /// needs it) from `rows`: the weights as drows, filled up with zeros. Both dy and winners are readable for 16 more.
  /// scratch: `cf_conv_pool_scratch` floats.
  void (*conv_pool_backward)(const cf_window *w, const float *x, const float *rows, const float *dy,
                             const uint8_t *winners, float *drows, float *dbias, float *dx, int begin, int end,
                             float *scratch);

  /// Max pooling of output rows `begin ..< end`, y: [rows, output_width, channels]. origins, unless NULL: as y, the
  /// offset in x that each maximum came from, the first of equals.
  void (*max_pool)(const cf_pool *p, const float *x, float *y, int32_t *origins, int begin, int end);

  /// Depthwise convolution of rows `begin ..< end`: x and y have `channels` channels, weights [runs * columns per
  /// run][channels] in tap order; `run_length` counts taps, neighbouring taps lie `tap_step` floats apart.
  void (*depthwise)(const cf_window *w, ptrdiff_t tap_step, const float *x, const float *taps, const float *bias,
                    float *y, int begin, int end, cf_clamp clamp);

  /// Adds the gradient of a depthwise convolution by its weights to `dtaps` and `dbias`.
  void (*depthwise_weights)(const cf_window *w, ptrdiff_t tap_step, const float *x, const float *dy, float *dtaps,
                            float *dbias, int begin, int end);

  /// Fully connected: y[b, o] = bias[o] + sum x[b, i] * w[o, i], for panels `begin ..< end`. x: [batch, inputs],
  /// y: [batch, outputs].
  void (*dense)(const float *x, const float *panels, const float *bias, float *y, int batch, int inputs, int outputs,
                int begin, int end, cf_clamp clamp);

  /// dw[o, i] = sum over b of dy[b, o] * x[b, i] in panels, for inputs `begin ..< end`.
  /// dy: [batch, outputs rounded up to 16], filled up with zeros.
  void (*dense_weights)(const float *x, const float *dy, float *dpanels, int batch, int inputs, int outputs, int begin,
                        int end);

  /// dx[b, i] = sum over o of dy[b, o] * w[o, i], for inputs `begin ..< end`. dy_columns: dy transposed,
  /// [outputs rounded up to 16][batch rounded up to 16], filled up with zeros.
  void (*dense_input)(const float *dy_columns, const float *panels, float *dx, int batch, int inputs, int outputs,
                      int begin, int end);

  /// out[i] = pixels[i] / 255, correctly rounded.
  void (*unit_from_bytes)(const uint8_t *pixels, float *out, size_t count);

  /// y[i] = x[i] clamped. x and y may be one buffer.
  void (*clamp)(const float *x, float *y, size_t count, cf_clamp clamp);

  /// dx[i] = dy[i] where y[i] lies strictly within the clamp, else 0. dy and dx may be one buffer.
  void (*clamp_backward)(const float *y, const float *dy, float *dx, size_t count, cf_clamp clamp);

  /// sums[c] = sum over positions of x[position, c].
  void (*channel_sums)(const float *x, int positions, int channels, float *sums);

  /// sums[c] = sum over positions of (x[position, c] - centre[c])^2.
  void (*channel_squares)(const float *x, const float *centre, int positions, int channels, float *sums);

  /// y[position, c] = x[position, c] * scale[c] + shift[c], clamped.
  void (*channel_scale)(const float *x, const cf_scaling *s, float *y, int positions, int channels);

  /// With g = dy where the result of `channel_scale` lies strictly within the clamp, else 0:
  /// sums[c] = sum over positions of g[position, c], products[c] = that of g[position, c] * (x[position, c] -
  /// centre[c]).
  void (*channel_gradients)(const float *dy, const float *x, const cf_scaling *s, const float *centre, int positions,
                            int channels, float *sums, float *products);

  /// dx[position, c] = g[position, c] * a[c] + x[position, c] * b[c] + shift[c], g as in `channel_gradients`.
  void (*channel_mix)(const float *dy, const float *x, const cf_scaling *s, const float *a, const float *b,
                      const float *shift, float *dx, int positions, int channels);

  /// Scaling, ReLU and max pooling 2x2 step 2 in one pass. x: [height, width, channels]; y, winners (as of `conv_pool`)
  /// and won, the inputs that won: [height / 2, width / 2, channels]. x is readable for 16 more, winners too.
  void (*channel_scale_pool)(const float *x, const float *scale, const float *shift, int height, int width,
                             int channels, float *y, uint8_t *winners, float *won);

  /// `channel_mix` of the gradient by the result of a pool: g = dy where an input won, else 0.
  void (*channel_mix_pool)(const float *dy, const uint8_t *winners, const float *x, const float *a, const float *b,
                           const float *shift, int height, int width, int channels, float *dx);

  /// average[i] += rate * (x[i] - average[i]).
  void (*moving_average)(float rate, const float *x, float *average, size_t count);

  /// sum[i] += x[i].
  void (*add)(float *sum, const float *x, size_t count);

  /// y[i] = a[i] + b[i], clamped.
  void (*add_two)(const float *a, const float *b, float *y, size_t count, cf_clamp clamp);

  /// The gradient by the input of `max_pool`, dx: [height, width, channels], from that by its result and its `origins`.
  void (*max_pool_backward)(const cf_pool *p, const float *dy, const int32_t *origins, float *dx);

  /// Adam on `count` weights, their gradients and both moments.
  void (*adam)(const cf_adam *step, float *weights, const float *gradients, float *first, float *second, size_t count);

  /// Momentum (Sutskever et al. 2013, as commonly implemented): m = momentum * m + g; w = keep * w - rate * m.
  void (*momentum)(float rate, float momentum, float keep, float *weights, const float *gradients, float *first,
                   size_t count);
} cf_kernels;

/// The variants that this machine runs, whatever its limit, slowest first; returns how many there are (at most
/// `capacity` are written).
int cf_kernels_available(const cf_kernels **list, int capacity);

/// The fastest variant that this machine runs within the limit of CCPU.
const cf_kernels *cf_kernels_fastest(void);

/// A count rounded up to whole panels.
static inline int cf_padded(int count) { return (count + CF_PANEL - 1) / CF_PANEL * CF_PANEL; }

/// Whether windows are 3x3, move by one, and cover whole panels of channels: what `conv_pool_winograd` needs, and what
/// lets `conv_pool_backward` keep the gradients by a pool's inputs in registers.
static inline int cf_is_winograd(const cf_window *w) {
  return w->runs == 3 && w->column_step % CF_PANEL == 0 && w->run_length == 3 * w->column_step &&
         w->run_offsets[1] == w->row_step && w->run_offsets[2] == 2 * w->row_step;
}

/// Floats that `conv_pool_backward` needs for a row of `width` unpooled columns.
static inline int cf_conv_pool_scratch(int width, int channels) { return 2 * (width / 2) * cf_padded(channels); }

/// Floats that `conv_pool_winograd` needs: a block's transformed inputs and products.
static inline size_t cf_winograd_scratch(int inputs) { return 16 * 12 * ((size_t)inputs + 32); }

/// Tiles that `conv_winograd4` and `weights_winograd4` compute together.
enum { CF_WINOGRAD4_TILES = 12, CF_WINOGRAD4_WEIGHTS_TILES = 16 };

/// Floats that `conv_winograd4` needs: a block's transformed inputs and products.
static inline size_t cf_winograd4_scratch(int inputs) { return 36 * CF_WINOGRAD4_TILES * ((size_t)inputs + 32); }

/// Floats that `weights_winograd4` needs: a block's transformed inputs and gradients.
static inline size_t cf_winograd4_weights_scratch(int inputs, int outputs) {
  return 36 * CF_WINOGRAD4_WEIGHTS_TILES * ((size_t)inputs + (size_t)cf_padded(outputs));
}

#endif
