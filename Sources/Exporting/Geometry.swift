import Models
import Numerics
import ONNXFiles

/// How Glint's shapes, windows and weights stand in ONNX, which has channels before rows and columns.
enum Geometry {
  /// `[1, channels, height, width]` for a picture; other shapes behind a batch of 1.
  static func dimensions(_ shape: Shape) -> [Int] {
    shape.rank == 3 ? [1, shape[2], shape[0], shape[1]] : [1] + shape.dimensions
  }

  /// Attributes of a sliding window.
  static func window(
    _ window: Operator.Window, dilation: Int? = nil, groups: Int? = nil
  ) -> [(String, ONNXAttribute.Value)] {
    let pad = window.padding
    var attributes: [(String, ONNXAttribute.Value)] = [
      ("kernel_shape", .integers([window.height, window.width])),
      ("strides", .integers([window.stride, window.stride])),
      ("pads", .integers([pad.top, pad.left, pad.bottom, pad.right])),
    ]
    if let dilation { attributes.append(("dilations", .integers([dilation, dilation]))) }
    if let groups { attributes.append(("group", .integer(groups))) }
    return attributes
  }

  /// The shape of weights `[outputs, height, width, inputs]` as `[outputs, inputs, height, width]`.
  static func weight(_ shape: Shape) -> [Int] {
    shape.rank == 4 ? [shape[0], shape[3], shape[1], shape[2]] : shape.dimensions
  }

  /// For each element of weights in ONNX's order, its place in Glint's.
  static func places(ofWeight shape: Shape) -> [Int] {
    guard shape.rank == 4 else { return Array(0..<shape.count) }
    let (taps, inputs) = (shape[1] * shape[2], shape[3])
    var places: [Int] = []
    places.reserveCapacity(shape.count)
    for output in 0..<shape[0] {
      for input in 0..<inputs {
        for tap in 0..<taps { places.append((output * taps + tap) * inputs + input) }
      }
    }
    return places
  }
}
