import ONNXFiles
import TFLiteFiles

/// Layers with weights, and pools.
extension TFLiteTranslation {
  /// SAME puts the odd row or column of zeros at the end, which ONNX calls upper.
  private func padding(_ step: Step) throws(Refusal) -> (String, ONNXAttribute.Value) {
    switch step.integer("padding") {
    case 0: return ("auto_pad", .text("SAME_UPPER"))
    case 1: return ("auto_pad", .text("VALID"))
    default: throw Refusal("padding of a kind that is not known")
    }
  }

  private func strides(_ step: Step) -> (String, ONNXAttribute.Value) {
    ("strides", .integers([step.integer("stride_h", 1), step.integer("stride_w", 1)]))
  }

  private func dilations(_ step: Step) -> (String, ONNXAttribute.Value) {
    ("dilations", .integers([step.integer("dilation_h_factor", 1), step.integer("dilation_w_factor", 1)]))
  }

  private func pictureShape(_ step: Step, _ input: Int) throws(Refusal) -> [Int] {
    let shape = try shape(step, input)
    guard shape.count == 4 else {
      throw Refusal("reads a tensor of \(shape.extents)", advice: "1 x height x width x channels would work")
    }
    return shape
  }

  /// CONV_2D: weights `[outputs, height, width, channels / groups]`.
  mutating func convolution(_ step: Step) throws(Refusal) -> [String] {
    let (picture, filter) = (try pictureShape(step, 0), try pictureShape(step, 1))
    guard filter[3] > 0, picture[3] % filter[3] == 0 else {
      throw Refusal("weights of \(filter.extents) over \(picture[3]) channels")
    }
    var inputs = [channelsFirst(try read(step, 0)), try weights(step, 1, order: [0, 3, 1, 2])]
    if has(step, 2) { inputs.append(try read(step, 2)) }
    let result = node(
      "Conv", inputs,
      [try padding(step), strides(step), dilations(step), ("group", .integer(picture[3] / filter[3]))])
    return [try activated(channelsLast(result), step)]
  }

  /// DEPTHWISE_CONV_2D: weights `[1, height, width, channels x multiplier]`.
  mutating func depthwise(_ step: Step) throws(Refusal) -> [String] {
    let (picture, filter) = (try pictureShape(step, 0), try pictureShape(step, 1))
    guard filter[0] == 1, picture[3] > 0, filter[3] % picture[3] == 0 else {
      throw Refusal("weights of \(filter.extents) over \(picture[3]) channels")
    }
    var inputs = [channelsFirst(try read(step, 0)), try weights(step, 1, order: [3, 0, 1, 2])]
    if has(step, 2) { inputs.append(try read(step, 2)) }
    let result = node(
      "Conv", inputs, [try padding(step), strides(step), dilations(step), ("group", .integer(picture[3]))])
    return [try activated(channelsLast(result), step)]
  }

  /// TRANSPOSE_CONV: the result's shape, weights `[outputs, height, width, channels]`, the picture, perhaps biases.
  mutating func transposedConvolution(_ step: Step) throws(Refusal) -> [String] {
    let wanted = try integers(step, 0, "extents")
    let (filter, picture) = (try pictureShape(step, 1), try pictureShape(step, 2))
    let stride = [step.integer("stride_h", 1), step.integer("stride_w", 1)]
    guard wanted.count == 4, stride.allSatisfy({ (1...4096).contains($0) }),
      (wanted + filter + picture).allSatisfy({ (1...1 << 16).contains($0) })
    else { throw Refusal("extents \(wanted) with strides \(stride)") }
    // TensorFlow cuts what the windows reach beyond the wanted extents, the odd row or column at the end.
    var (begin, end, beyond) = ([0, 0], [0, 0], [0, 0])
    for axis in 0..<2 {
      let excess = (picture[axis + 1] - 1) * stride[axis] + filter[axis + 1] - wanted[axis + 1]
      begin[axis] = max(0, excess) / 2
      end[axis] = max(0, excess) - begin[axis]
      beyond[axis] = max(0, -excess)
    }
    var inputs = [channelsFirst(try read(step, 2)), try weights(step, 1, order: [3, 0, 1, 2])]
    if has(step, 3) { inputs.append(try read(step, 3)) }
    let result = node(
      "ConvTranspose", inputs,
      [strides(step), ("pads", .integers(begin + end)), ("output_padding", .integers(beyond))])
    return [try activated(channelsLast(result), step)]
  }

  /// FULLY_CONNECTED: all dimensions but the last are rows, or all elements are cut into rows.
  mutating func dense(_ step: Step) throws(Refusal) -> [String] {
    guard step.integer("weights_format") == 0 else { throw Refusal("weights in an order of its own") }
    let matrix = try shape(step, 1)
    guard matrix.count == 2 else { throw Refusal("weights of \(matrix.extents)") }
    let rows = node("Reshape", [try read(step, 0), constant(integers: [-1, matrix[1]])])
    var inputs = [rows, try weights(step, 1, order: [0, 1])]
    if has(step, 2) { inputs.append(try read(step, 2)) }
    var result = node("Gemm", inputs, [("transB", .integer(1))])
    if step.integer("keep_num_dims") != 0 {
      let extents = try shape(step, 0).dropLast() + [matrix[0]]
      result = node("Reshape", [result, constant(integers: Array(extents))])
    }
    return [try activated(result, step)]
  }

  mutating func pool(_ step: Step) throws(Refusal) -> [String] {
    let window = [step.integer("filter_height", 1), step.integer("filter_width", 1)]
    let result = node(
      step.name == "MAX_POOL_2D" ? "MaxPool" : "AveragePool", [channelsFirst(try read(step, 0))],
      [("kernel_shape", .integers(window)), try padding(step), strides(step)])
    return [try activated(channelsLast(result), step)]
  }

  /// PAD and MIRROR_PAD: pairs of before and after for each dimension.
  mutating func pad(_ step: Step) throws(Refusal) -> [String] {
    let pairs = try integers(step, 1, "borders")
    guard pairs.count % 2 == 0 else { throw Refusal("borders \(pairs)") }
    let rank = pairs.count / 2
    // Rows and columns are told best where channels come first.
    let order = rank == 4 ? [0, 3, 1, 2] : Array(0..<rank)
    var source = try read(step, 0)
    if rank == 4 { source = channelsFirst(source) }
    var inputs = [source, constant(integers: order.map { pairs[2 * $0] } + order.map { pairs[2 * $0 + 1] })]
    var mode = "constant"
    if step.name == "MIRROR_PAD" {
      // ONNX has no mode that repeats the edge itself in a mirror.
      guard step.integer("mode") == 0 else { throw Refusal("a mirror that repeats its edge", advice: "PAD would work") }
      mode = "reflect"
    } else if has(step, 2) {
      inputs.append(try read(step, 2))
    }
    let result = node("Pad", inputs, [("mode", .text(mode))])
    return [rank == 4 ? channelsLast(result) : result]
  }

  /// RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR to constant extents.
  mutating func resize(_ step: Step) throws(Refusal) -> [String] {
    let (picture, size) = (try pictureShape(step, 0), try integers(step, 1, "extents"))
    guard size.count == 2 else { throw Refusal("to \(size)") }
    let isNearest = step.name == "RESIZE_NEAREST_NEIGHBOR"
    let (corners, centres) = (step.integer("align_corners") != 0, step.integer("half_pixel_centers") != 0)
    var attributes: [(String, ONNXAttribute.Value)] = [
      ("mode", .text(isNearest ? "nearest" : "linear")),
      (
        "coordinate_transformation_mode",
        .text(corners ? "align_corners" : centres ? "half_pixel" : "asymmetric")
      ),
    ]
    // floor((x + 1/2) / s) is (x + 1/2) / s - 1/2 rounded, halves up; corners are rounded that way too.
    if isNearest { attributes.append(("nearest_mode", .text(corners || centres ? "round_prefer_ceil" : "floor"))) }
    let sizes = constant(integers: [1, picture[3], size[0], size[1]])
    return [channelsLast(node("Resize", [channelsFirst(try read(step, 0)), "", "", sizes], attributes))]
  }

  /// Blocks of pixels as channels, and back: the order of TensorFlow is the one that ONNX calls DCR.
  mutating func blocks(_ step: Step) throws(Refusal) -> [String] {
    let size = step.integer("block_size")
    guard (1...4096).contains(size) else { throw Refusal("blocks of \(size)") }
    let type = step.name == "SPACE_TO_DEPTH" ? "SpaceToDepth" : "DepthToSpace"
    return [channelsLast(node(type, [channelsFirst(try read(step, 0))], [("blocksize", .integer(size))]))]
  }
}
