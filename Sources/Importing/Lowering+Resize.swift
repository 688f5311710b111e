import Models
import Numerics
import ONNXFiles

/// Enlargement by repeating pixels.
extension Lowering {
  mutating func enlarge(_ node: ONNXNode) throws(Refusal) {
    let source = try computed(node, 0)
    let (value, shape) = try picture(source, node)
    let mode = try node.text("mode", "nearest")
    let advice = "nearest by a whole factor would work"
    let factors = try factors(node, source.view.dimensions)
    guard factors[0] == 1, factors[1] == 1 else { throw Refusal("of batch or channels", advice: advice) }
    if factors.allSatisfy({ $0 == 1 }) { return alias(node, source, source.view) }
    guard mode == "nearest" else { throw Refusal("mode \(mode)", advice: advice) }
    // Where there is one row, or one column, nothing says by how much it grows but its own factor.
    guard factors[2] == factors[3], let factor = Int(exactly: factors[2]), (2...64).contains(factor) else {
      throw Refusal("by \(factors[2]) and \(factors[3])", advice: advice)
    }
    let rule = Rule(
      coordinates: node.operatorType == "Upsample" || opset < 11
        ? "asymmetric" : try node.text("coordinate_transformation_mode", "half_pixel"),
      rounding: node.operatorType == "Upsample" || opset < 11
        ? "floor" : try node.text("nearest_mode", "round_prefer_floor"))
    let enlarged = try shaped(shape[0] * factor, shape[1] * factor, shape[2])
    guard rule.repeats(factor, of: shape[0]), rule.repeats(factor, of: shape[1]) else {
      throw Refusal("nearest by \(rule.coordinates) and \(rule.rounding)", advice: "asymmetric and floor would work")
    }
    let result = builder.append(node.title, .upsampleNearest(factor: factor), [value], enlarged)
    set(node, result, TensorView(height: enlarged[0], width: enlarged[1], channels: shape[2]))
  }

  /// How much each dimension grows.
  private func factors(_ node: ONNXNode, _ dimensions: [Int]) throws(Refusal) -> [Float] {
    var scales: [Float] = []
    if case .floats(let given)? = node["scales"] { scales = given }
    let place = node.operatorType == "Upsample" || opset < 11 ? 1 : 2
    if scales.isEmpty { scales = try constant(node, place, "scales")?.floats ?? [] }
    if scales.isEmpty {
      guard let sizes = try constant(node, 3, "sizes")?.integers else { throw Refusal("has no scales or sizes") }
      let axes = try node.integers("axes") ?? Array(dimensions.indices)
      guard sizes.count == axes.count else { throw Refusal("\(sizes.count) sizes for \(axes.count) axes") }
      guard try node.text("keep_aspect_ratio_policy", "stretch") == "stretch" else {
        throw Refusal("a policy for the aspect ratio", advice: "sizes in the picture's own aspect would work")
      }
      for (axis, size) in zip(axes, sizes) {
        guard let axis = dimensions.normalized(axis: axis) else { throw Refusal("axis \(axis)") }
        scales.append(Float(size) / Float(dimensions[axis]))
      }
    }
    guard let axes = try node.integers("axes") else {
      guard scales.count == dimensions.count else {
        throw Refusal("\(scales.count) scales for \(dimensions.count) dimensions")
      }
      return scales
    }
    guard scales.count == axes.count else { throw Refusal("\(scales.count) scales for \(axes.count) axes") }
    var factors = [Float](repeating: 1, count: dimensions.count)
    for (axis, scale) in zip(axes, scales) {
      guard let axis = dimensions.normalized(axis: axis) else { throw Refusal("axis \(axis)") }
      factors[axis] = scale
    }
    return factors
  }

  /// How Resize finds the pixel that it repeats.
  private struct Rule {
    let coordinates: String
    let rounding: String

    /// Whether each pixel is repeated `factor` times, as Glint does it: ONNX's formula for every place, in double.
    func repeats(_ factor: Int, of size: Int) -> Bool {
      let (scale, length) = (Double(factor), size * factor)
      for place in 0..<length {
        let x = Double(place)
        let source: Double
        switch coordinates {
        case "half_pixel", "half_pixel_symmetric": source = (x + 0.5) / scale - 0.5
        case "pytorch_half_pixel": source = length > 1 ? (x + 0.5) / scale - 0.5 : 0
        case "tf_half_pixel_for_nn": source = (x + 0.5) / scale
        case "align_corners": source = length > 1 ? x * Double(size - 1) / Double(length - 1) : 0
        case "asymmetric": source = x / scale
        default: return false
        }
        let nearest: Double
        switch rounding {
        case "floor": nearest = source.rounded(.down)
        case "ceil": nearest = source.rounded(.up)
        case "round_prefer_floor": nearest = (source - 0.5).rounded(.up)
        case "round_prefer_ceil": nearest = (source + 0.5).rounded(.down)
        default: return false
        }
        guard min(max(Int(nearest), 0), size - 1) == place / factor else { return false }
      }
      return true
    }
  }
}
