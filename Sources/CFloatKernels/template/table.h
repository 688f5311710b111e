// The list of kernels of one instruction set, in the order of the struct.
#define KERNEL_TABLE(variable, label)              \
  const cf_kernels variable = {(label),            \
                               conv,               \
                               conv_pool,          \
                               conv_pool_winograd, \
                               winograd_filters,   \
                               conv_winograd4,     \
                               winograd4_filters,  \
                               weights_winograd4,  \
                               transpose,          \
                               winograd4_weights,  \
                               conv_weights,       \
                               conv_pool_backward, \
                               max_pool,           \
                               depthwise,          \
                               depthwise_weights,  \
                               dense,              \
                               dense_weights,      \
                               dense_input,        \
                               unit_from_bytes,    \
                               clamp,              \
                               clamp_backward,     \
                               channel_sums,       \
                               channel_squares,    \
                               channel_scale,      \
                               channel_gradients,  \
                               channel_mix,        \
                               channel_scale_pool, \
                               channel_mix_pool,   \
                               moving_average,     \
                               add,                \
                               add_two,            \
                               max_pool_backward,  \
                               adam,               \
                               momentum};
