import Models
import Numerics
import ONNXFiles

/// Another number of rows and columns.
extension Lowering {
  mutating func enlarge(_ node: ONNXNode) throws(Refusal) {
    let source = try computed(node, 0)
    let growth = try growth(node, source.view.dimensions)
    guard growth.count == 4, growth[0].isNone, growth[1].isNone else {
      throw Refusal("of batch or channels", advice: "rows and columns would work")
    }
    if growth.allSatisfy({ $0.isNone }) { return alias(node, source, source.view) }
    let isOld = node.operatorType == "Upsample" || opset < 11
    let mode = try node.text("mode", "nearest")
    guard ["nearest", "linear", "bilinear", "cubic"].contains(mode) else {
      throw Refusal("mode \(mode)", advice: "nearest, linear and cubic would work")
    }
    let isLinear = mode != "nearest"
    let isAntialiased = try node.integer("antialias", 0) != 0 && growth.contains { $0.factor < 1 }
    let rule = ResizeRule(
      coordinates: isOld ? "asymmetric" : try node.text("coordinate_transformation_mode", "half_pixel"),
      rounding: isLinear ? nil : isOld ? "floor" : try node.text("nearest_mode", "round_prefer_floor"))
    if isLinear, mode == "cubic" || isAntialiased || rule.coordinates == "tf_crop_and_resize" {
      return try resizeByMatrices(
        node, source, growth, rule, isCubic: mode == "cubic", isAntialiased: isAntialiased)
    }
    let (value, shape) = try picture(source, node)
    let result = try shaped(growth[2].size, growth[3].size, shape[2])
    let view = TensorView(height: result[0], width: result[1], channels: result[2])
    guard let rows = rule.sampling(growth[2], of: shape[0]), let columns = rule.sampling(growth[3], of: shape[1]) else {
      throw Refusal(
        "\(mode) by \(rule.coordinates)\(rule.rounding.map { " and \($0)" } ?? "")",
        advice: "half_pixel, align_corners or asymmetric would work")
    }
    if !isLinear, result[0] % shape[0] == 0, result[0] / shape[0] == result[1] / shape[1], result[0] / shape[0] <= 64,
      rows.repeats(shape[0]), columns.repeats(shape[1])
    {
      let factor = result[0] / shape[0]
      return set(node, builder.append(node.title, .upsampleNearest(factor: factor), [value], result), view)
    }
    let resize = Operator.Resize(isLinear: isLinear, rows: rows, columns: columns)
    set(node, builder.append(node.title, .resize(resize), [value], result), view)
  }

  /// How much each dimension grows.
  private func growth(_ node: ONNXNode, _ dimensions: [Int]) throws(Refusal) -> [Growth] {
    var scales: [Float] = []
    if case .floats(let given)? = node["scales"] { scales = given }
    let place = node.operatorType == "Upsample" || opset < 11 ? 1 : 2
    if scales.isEmpty { scales = try constant(node, place, "scales")?.floats ?? [] }
    let sizes = scales.isEmpty ? try constant(node, 3, "sizes")?.integers : nil
    guard !scales.isEmpty || sizes != nil else { throw Refusal("has no scales or sizes") }
    let axes = try node.integers("axes") ?? Array(dimensions.indices)
    let count = sizes?.count ?? scales.count
    guard count == axes.count else { throw Refusal("\(count) scales or sizes for \(axes.count) axes") }
    var result = dimensions.map { Growth(factor: 1, size: $0) }
    var given: [Int] = []
    for (index, axis) in axes.enumerated() {
      guard let axis = dimensions.normalized(axis: axis) else { throw Refusal("axis \(axis)") }
      given.append(axis)
      let extent = Double(dimensions[axis])
      let factor = sizes.map { Double($0[index]) / extent } ?? Double(scales[index])
      let size = sizes?[index] ?? Int(exactly: (extent * factor).rounded(.down)) ?? 0
      guard factor > 0, (1...1 << 16).contains(size) else { throw Refusal("to a size of \(size)") }
      result[axis] = Growth(factor: factor, size: size)
    }
    let policy = try node.text("keep_aspect_ratio_policy", "stretch")
    guard sizes != nil, policy != "stretch" else { return result }
    // One factor for all axes named: that of the one which grows least, or most.
    let factors = given.map { result[$0].factor }
    guard let factor = policy == "not_larger" ? factors.min() : policy == "not_smaller" ? factors.max() : nil else {
      throw Refusal("keep_aspect_ratio_policy \(policy)")
    }
    for axis in given {
      result[axis] = Growth(factor: factor, size: Int((factor * Double(dimensions[axis])).rounded()))
    }
    return result
  }
}

/// How much a dimension grows, and to what.
struct Growth {
  let factor: Double
  let size: Int
  var isNone: Bool { factor == 1 }
}

/// How Resize finds the place that a pixel of the result comes from.
struct ResizeRule {
  let coordinates: String
  /// How a place becomes a pixel; nil where pixels are mixed.
  let rounding: String?

  /// ONNX's formula in double, nil for a rule that is not known.
  func place(_ index: Int, _ growth: Growth, _ size: Int) -> Double? {
    let (x, scale, length) = (Double(index), growth.factor, growth.size)
    switch coordinates {
    case "half_pixel": return (x + 0.5) / scale - 0.5
    case "half_pixel_symmetric":
      let adjustment = Double(length) / (scale * Double(size))
      return Double(size) / 2 * (1 - adjustment) + (x + 0.5) / scale - 0.5
    case "pytorch_half_pixel": return length > 1 ? (x + 0.5) / scale - 0.5 : 0
    case "tf_half_pixel_for_nn": return (x + 0.5) / scale
    case "align_corners":
      // The length that the factor makes, rounded or not.
      let exact = scale * Double(size)
      return exact > 1 ? x * Double(size - 1) / (exact - 1) : 0
    case "asymmetric": return x / scale
    default: return nil
    }
  }

  private func pixel(_ place: Double) -> Double? {
    switch rounding {
    case "floor": place.rounded(.down)
    case "ceil": place.rounded(.up)
    case "round_prefer_floor": (place - 0.5).rounded(.up)
    case "round_prefer_ceil": (place + 0.5).rounded(.down)
    default: nil
    }
  }

  /// Places in Glint's terms; where pixels are repeated, each is the formula's own. Nil where there are none.
  func sampling(_ growth: Growth, of size: Int) -> Operator.Sampling? {
    guard let first = place(0, growth, size), let second = place(1, growth, size), first.magnitude < 4096,
      (0..<4096).contains(second - first)
    else { return nil }
    let unit = Double(Operator.Sampling.pixel)
    let step = Int(((second - first) * unit).rounded())
    guard let rounding else { return .init(count: growth.size, start: Int((first * unit).rounded()), step: step) }
    // Rounding down is what repeats here; the others are half a pixel or a whole one further, some less a little.
    let shift: Double = ["floor": 0, "ceil": 1, "round_prefer_floor": 0.5, "round_prefer_ceil": 0.5][rounding] ?? 0
    for little in [0, 1, -1, 64, -64, 1 << 14, -(1 << 14)] {
      let sampling = Operator.Sampling(
        count: growth.size, start: Int(((first + shift) * unit).rounded()) + little, step: step)
      let isTheirs = (0..<growth.size).allSatisfy { index in
        let wanted = place(index, growth, size).flatMap(pixel).map { min(max($0, 0), Double(size - 1)) }
        return wanted == Double(sampling.place(index, of: size).pixel)
      }
      if isTheirs { return sampling }
    }
    return nil
  }
}

extension Operator.Sampling {
  /// Whether each pixel is repeated equally often.
  func repeats(_ size: Int) -> Bool {
    count % size == 0 && (0..<count).allSatisfy { place($0, of: size).pixel == $0 / (count / size) }
  }
}
