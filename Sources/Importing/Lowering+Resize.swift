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
    let isOld = node.operatorType == "Upsample" || opset < 11
    // Where factors leave each size as it is, ONNX Runtime copies.
    let keepsSizes = growth.map(\.size) == source.view.dimensions
    let coordinates = isOld ? "asymmetric" : try node.text("coordinate_transformation_mode", "half_pixel")
    if growth.allSatisfy({ $0.isNone }) || keepsSizes && coordinates != "tf_crop_and_resize" {
      return alias(node, source, source.view)
    }
    let mode = try node.text("mode", "nearest")
    guard ["nearest", "linear", "bilinear", "cubic"].contains(mode) else {
      throw Refusal("mode \(mode)", advice: "nearest, linear and cubic would work")
    }
    let isLinear = mode != "nearest"
    let isAntialiased = try node.integer("antialias", 0) != 0 && growth.contains { $0.factor < 1 }
    let rule = ResizeRule(
      coordinates: coordinates,
      rounding: isLinear ? nil : isOld ? "simple" : try node.text("nearest_mode", "round_prefer_floor"))
    if isLinear, mode == "cubic" || isAntialiased || rule.coordinates == "tf_crop_and_resize" {
      return try resizeByMatrices(
        node, source, growth, rule, isCubic: mode == "cubic", isAntialiased: isAntialiased)
    }
    let (value, shape) = try picture(source, node)
    let result = try shaped(growth[2].size, growth[3].size, shape[2])
    let view = TensorView(height: result[0], width: result[1], channels: result[2])
    guard let rows = rule.sampling(growth[2], of: shape[0]), let columns = rule.sampling(growth[3], of: shape[1]) else {
      // Of many places between two pixels, the last bit may round some up and some down.
      if growth[2...].allSatisfy({ rule.pixel(0, $0, 1) != nil }) {
        return try resizeByMatrices(node, source, growth, rule, isCubic: false, isAntialiased: false)
      }
      throw Refusal(
        "\(mode) by \(rule.coordinates)\(rule.rounding.map { " and \($0)" } ?? "") from \(shape[0])x\(shape[1]) to "
          + "\(result[0])x\(result[1])",
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

  private static func product(_ extent: Int, _ factor: Float) -> Int {
    Int(exactly: (Float(extent) * factor).rounded(.down)) ?? 0
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
      let factor = sizes.map { Double($0[index]) / Double(dimensions[axis]) } ?? Double(scales[index])
      // In single precision, as ONNX Runtime has it: 10 times 1.3 is 13, where the float nearest to 1.3 gives less.
      let size = sizes?[index] ?? Self.product(dimensions[axis], scales[index])
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

  /// ONNX's formula, nil for a rule that is not known.
  func place<Number: BinaryFloatingPoint>(_ index: Int, _ growth: Growth, _ size: Int) -> Number? {
    let (x, scale, length) = (Number(index), Number(growth.factor), growth.size)
    switch coordinates {
    case "half_pixel": return (x + 0.5) / scale - 0.5
    case "half_pixel_symmetric":
      let adjustment = Number(length) / (scale * Number(size))
      return Number(size) / 2 * (1 - adjustment) + (x + 0.5) / scale - 0.5
    case "pytorch_half_pixel": return length > 1 ? (x + 0.5) / scale - 0.5 : 0
    case "tf_half_pixel_for_nn": return (x + 0.5) / scale
    case "align_corners":
      // The length that the factor makes, rounded or not.
      let exact = Number(growth.factor * Double(size))
      return exact > 1 ? x * Number(size - 1) / (exact - 1) : 0
    case "asymmetric": return x / scale
    default: return nil
    }
  }

  /// The pixel that is repeated, found in single precision as ONNX Runtime does: where a place lies between two
  /// pixels, the last bit decides. Nil where pixels are mixed, or the rule is not known.
  func pixel(_ index: Int, _ growth: Growth, _ size: Int) -> Int? {
    guard let place: Float = place(index, growth, size) else { return nil }
    let pixel: Float
    switch rounding {
    case "floor": pixel = place.rounded(.down)
    case "ceil": pixel = place.rounded(.up)
    case "round_prefer_floor":
      // A little above the middle counts as the middle there.
      let below = place.rounded(.down)
      pixel = place - (below + 0.5) <= 1e-6 ? below : below + 1
    case "round_prefer_ceil": pixel = place.rounded(.toNearestOrAwayFromZero)
    // Of files before opset 11, which name no rule.
    case "simple": pixel = place.rounded(growth.factor < 1 ? .up : .down)
    default: return nil
    }
    return Int(min(max(pixel, 0), Float(size - 1)))
  }

  /// Places in Glint's terms; where pixels are repeated, those that give each pixel of the result the one that it
  /// repeats. Nil where there are none.
  func sampling(_ growth: Growth, of size: Int) -> Operator.Sampling? {
    guard let first: Double = place(0, growth, size), let second: Double = place(1, growth, size),
      first.magnitude < 4096, (0..<4096).contains(second - first)
    else { return nil }
    let unit = Double(Operator.Sampling.pixel)
    let step = Int(((second - first) * unit).rounded())
    guard let rounding else { return .init(count: growth.size, start: Int((first * unit).rounded()), step: step) }
    var pixels: [Int] = []
    for index in 0..<growth.size {
      guard let pixel = pixel(index, growth, size) else { return nil }
      pixels.append(pixel)
    }
    // Rounding down is what repeats here; the others are half a pixel or a whole one further.
    let shifts = ["ceil": 1, "round_prefer_floor": 0.5, "round_prefer_ceil": 0.5, "simple": growth.factor < 1 ? 1 : 0]
    let start = Int(((first + (shifts[rounding] ?? 0)) * unit).rounded())
    return .init(pixels, of: size, near: (start, step))
  }
}

extension Operator.Sampling {
  /// Places that fall into given pixels; nil where no places at equal distances do.
  ///
  /// - Parameters:
  ///   - size: pixels along the axis, of which the outer ones take all that lies beyond.
  ///   - initial: a start and a step, of which as little is changed as it takes.
  fileprivate init?(_ pixels: [Int], of size: Int, near initial: (start: Int, step: Int)) {
    /// Where the first place may lie at a step.
    func room(_ step: Int) -> (low: Int, high: Int) {
      var (low, high) = (-Self.farthest, Self.farthest)
      for (index, pixel) in pixels.enumerated() {
        if pixel > 0 { low = max(low, pixel * Self.pixel - index * step) }
        if pixel < size - 1 { high = min(high, (pixel + 1) * Self.pixel - 1 - index * step) }
      }
      return (low, high)
    }
    func width(_ step: Int) -> Int {
      let (low, high) = room(step)
      return high - low
    }
    var step = initial.step
    if width(step) < 0 {
      // The room is a concave function of the step: the larger of two neighbours is nearer to its top.
      var (low, high) = (0, Self.farthest)
      while low < high {
        let middle = (low + high) / 2
        if width(middle) < width(middle + 1) { low = middle + 1 } else { high = middle }
      }
      step = low
    }
    let (low, high) = room(step)
    guard low <= high else { return nil }
    self.init(count: pixels.count, start: min(max(initial.start, low), high), step: step)
  }

  /// As far as places begin from the first pixel, and as far as they lie apart.
  private static var farthest: Int { 4096 * pixel }

  /// Whether each pixel is repeated equally often.
  func repeats(_ size: Int) -> Bool {
    count % size == 0 && (0..<count).allSatisfy { place($0, of: size).pixel == $0 / (count / size) }
  }
}
