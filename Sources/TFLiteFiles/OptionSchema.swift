/// The settings of operators that an importer reads: their fields in TensorFlow Lite's schema, by number.
struct OptionSchema {
  private enum Kind { case byte, truth, whole, fraction, list }

  /// The numbers of the options' kind in the schema's union.
  let kinds: Set<Int>
  private let fields: [(number: Int, name: String, kind: Kind, fallback: Int)]

  private init(_ kinds: Set<Int>, _ fields: [(Int, String, Kind, Int)]) {
    self.kinds = kinds
    self.fields = fields.map { (number: $0.0, name: $0.1, kind: $0.2, fallback: $0.3) }
  }

  /// Reads what the file says, and the schema's defaults for what it leaves out.
  func read(_ table: Table) throws(FlatBufferError) -> [TFLiteModel.Option] {
    var options: [TFLiteModel.Option] = []
    for field in fields {
      let value: TFLiteModel.Option.Value
      switch field.kind {
      case .byte: value = .integer(try table.integer(field.number, as: Int8.self, default: field.fallback))
      case .truth: value = .integer(try table.integer(field.number, as: UInt8.self) == 0 ? 0 : 1)
      case .whole: value = .integer(try table.integer(field.number, as: Int32.self, default: field.fallback))
      case .fraction: value = .float(try table.float(field.number))
      case .list: value = .integers(try table.integers(field.number, as: Int32.self))
      }
      options.append(.init(name: field.name, value: value))
    }
    return options
  }

  private static let activation = "fused_activation_function"
  private static func clampedAlone(_ kind: Int) -> OptionSchema { .init([kind], [(0, activation, .byte, 0)]) }
  private static let pool = OptionSchema(
    [5],
    [
      (0, "padding", .byte, 0), (1, "stride_w", .whole, 0), (2, "stride_h", .whole, 0), (3, "filter_width", .whole, 0),
      (4, "filter_height", .whole, 0), (5, activation, .byte, 0),
    ])
  private static let reducer = OptionSchema([27], [(0, "keep_dims", .truth, 0)])

  /// By the operator's name.
  static let table: [String: OptionSchema] = [
    "CONV_2D": .init(
      [1],
      [
        (0, "padding", .byte, 0), (1, "stride_w", .whole, 0), (2, "stride_h", .whole, 0), (3, activation, .byte, 0),
        (4, "dilation_w_factor", .whole, 1), (5, "dilation_h_factor", .whole, 1),
      ]),
    "DEPTHWISE_CONV_2D": .init(
      [2],
      [
        (0, "padding", .byte, 0), (1, "stride_w", .whole, 0), (2, "stride_h", .whole, 0),
        (3, "depth_multiplier", .whole, 0), (4, activation, .byte, 0), (5, "dilation_w_factor", .whole, 1),
        (6, "dilation_h_factor", .whole, 1),
      ]),
    "TRANSPOSE_CONV": .init(
      [49],
      [
        (0, "padding", .byte, 0), (1, "stride_w", .whole, 0), (2, "stride_h", .whole, 0), (3, activation, .byte, 0),
      ]),
    "AVERAGE_POOL_2D": pool, "MAX_POOL_2D": pool, "L2_POOL_2D": pool,
    "FULLY_CONNECTED": .init(
      [8], [(0, activation, .byte, 0), (1, "weights_format", .byte, 0), (2, "keep_num_dims", .truth, 0)]),
    "SOFTMAX": .init([9], [(0, "beta", .fraction, 0)]),
    "CONCATENATION": .init([10], [(0, "axis", .whole, 0), (1, activation, .byte, 0)]),
    "ADD": clampedAlone(11), "MUL": clampedAlone(21), "SUB": clampedAlone(28), "DIV": clampedAlone(29),
    "L2_NORMALIZATION": clampedAlone(12),
    "RESIZE_BILINEAR": .init([15], [(2, "align_corners", .truth, 0), (3, "half_pixel_centers", .truth, 0)]),
    "RESIZE_NEAREST_NEIGHBOR": .init([74], [(0, "align_corners", .truth, 0), (1, "half_pixel_centers", .truth, 0)]),
    "RESHAPE": .init([17], [(0, "new_shape", .list, 0)]),
    "SQUEEZE": .init([30], [(0, "squeeze_dims", .list, 0)]),
    "SPLIT": .init([35], [(0, "num_splits", .whole, 0)]), "SPLIT_V": .init([79], [(0, "num_splits", .whole, 0)]),
    "STRIDED_SLICE": .init(
      [32],
      [
        (0, "begin_mask", .whole, 0), (1, "end_mask", .whole, 0), (2, "ellipsis_mask", .whole, 0),
        (3, "new_axis_mask", .whole, 0), (4, "shrink_axis_mask", .whole, 0), (5, "offset", .truth, 0),
      ]),
    "MEAN": reducer, "SUM": reducer, "REDUCE_MAX": reducer, "REDUCE_MIN": reducer,
    "LEAKY_RELU": .init([75], [(0, "alpha", .fraction, 0)]),
    "GELU": .init([116], [(0, "approximate", .truth, 0)]),
    "SPACE_TO_DEPTH": .init([19], [(0, "block_size", .whole, 0)]),
    "DEPTH_TO_SPACE": .init([94], [(0, "block_size", .whole, 0)]),
    "PACK": .init([59], [(0, "values_count", .whole, 0), (1, "axis", .whole, 0)]),
    "UNPACK": .init([64], [(0, "num", .whole, 0), (1, "axis", .whole, 0)]),
    "GATHER": .init([23], [(0, "axis", .whole, 0), (1, "batch_dims", .whole, 0)]),
    "CAST": .init([37], [(0, "in_data_type", .byte, 0), (1, "out_data_type", .byte, 0)]),
    "MIRROR_PAD": .init([77], [(0, "mode", .byte, 0)]),
    "BATCH_MATMUL": .init([101], [(0, "adj_x", .truth, 0), (1, "adj_y", .truth, 0)]),
  ]
}
