import Models
import Numerics
import ONNXFiles

/// Resizing as a matrix over rows and one over columns: cubic, with antialiasing, of a part of the picture, or
/// repeating pixels at no equal distances.
///
/// Each is a convolution of 1x1 over a picture whose rows, or columns, lie where channels do.
struct ResizeMatrix {
  let rows: Int
  let columns: Int
  /// `[rows][columns]`.
  var weights: [Float]
  /// What is added to a row that lies outside the picture.
  var bias: [Float]

  /// - Parameter part: the ends of the picture's part, as shares of its extent.
  init(
    _ growth: Growth, of size: Int, isCubic: Bool, coefficient: Double, isAntialiased: Bool, excludesOutside: Bool,
    rule: ResizeRule, part: (Double, Double)?, outside: Float
  ) throws(Refusal) {
    (rows, columns) = (growth.size, size)
    let scale = isAntialiased ? min(growth.factor, 1) : 1
    // As many neighbours as the filter reaches, those beyond the edge being the edge.
    let reach = Int(((isCubic ? 2 : 1) / scale).rounded(.up))
    guard rows * columns <= Constant.mostWeights, rows * reach <= Constant.mostWeights else {
      let advice = rule.rounding == nil ? "nearest or linear without antialias" : "linear, or a whole factor"
      throw Refusal("\(columns) rows or columns to \(rows)", advice: advice + " would work")
    }
    weights = [Float](repeating: 0, count: rows * columns)
    bias = [Float](repeating: 0, count: rows)
    for row in 0..<rows {
      if let pixel = rule.pixel(row, growth, size) {
        weights[row * columns + pixel] = 1
        continue
      }
      let place: Double
      if let part {
        let (length, whole) = (growth.factor * Double(size), Double(size - 1))
        let reach = (part.1 - part.0) * whole
        place = part.0 * whole + (length > 1 ? Double(row) * reach / (length - 1) : reach / 2)
        guard place.isFinite else { throw Refusal("a part from \(part.0) to \(part.1)") }
        if place < 0 || place > whole {
          bias[row] = outside
          continue
        }
      } else {
        guard let found: Double = rule.place(row, growth, size) else { throw Refusal("by \(rule.coordinates)") }
        place = found
      }
      let first = Int(place.rounded(.down))
      var taps: [(Int, Double)] = []
      for neighbour in first - reach...first + reach + 1 {
        let weight = Self.weight((Double(neighbour) - place) * scale, isCubic, coefficient)
        if weight != 0, !excludesOutside || (0..<size).contains(neighbour) { taps.append((neighbour, weight)) }
      }
      let sum = isAntialiased || excludesOutside ? taps.reduce(0) { $0 + $1.1 } : 1
      for (neighbour, weight) in taps {
        weights[row * columns + min(max(neighbour, 0), size - 1)] += Float(weight / sum)
      }
    }
  }

  /// The filter at a distance in pixels: Keys' cubic, or a triangle.
  private static func weight(_ distance: Double, _ isCubic: Bool, _ a: Double) -> Double {
    let x = distance.magnitude
    guard isCubic else { return max(0, 1 - x) }
    if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0
  }
}

extension Lowering {
  /// Resizing by matrices, columns first.
  mutating func resizeByMatrices(
    _ node: ONNXNode, _ source: Computed, _ growth: [Growth], _ rule: ResizeRule, isCubic: Bool, isAntialiased: Bool
  ) throws(Refusal) {
    let isPart = rule.coordinates == "tf_crop_and_resize"
    let parts = isPart ? try self.parts(node, source.view.dimensions.count) : nil
    let outside = try node.float("extrapolation_value", 0)
    var result = source
    for axis in [3, 2] where !growth[axis].isNone || isPart {
      let matrix = try ResizeMatrix(
        growth[axis], of: source.view.dimensions[axis], isCubic: isCubic,
        coefficient: Double(try node.float("cubic_coeff_a", -0.75)), isAntialiased: isAntialiased,
        excludesOutside: try node.integer("exclude_outside", 0) != 0, rule: rule, part: parts?[axis], outside: outside)
      // Channels and the other axis first, in an order that the second time is there already.
      let order = [0, 1, 5 - axis, axis]
      let places = result.view.count / matrix.columns
      let value = try arranged(result, order, as: try shaped(places, 1, matrix.columns), node.title)
      let own = GraphBuilder.Parameters(
        weight: Tensor([matrix.rows, 1, 1, matrix.columns], matrix.weights), bias: Tensor([matrix.rows], matrix.bias))
      let layer = builder.append(
        axis == 3 ? node.title + ".columns" : node.title,
        .conv2D(.init(outputChannels: matrix.rows, window: .init(1, 1))), [value],
        try shaped(places, 1, matrix.rows), own)
      var dimensions = result.view.dimensions
      dimensions[axis] = matrix.rows
      guard let view = TensorView(natural: order.map { dimensions[$0] }).transposed(order) else {
        throw Refusal("an order that cannot be had")
      }
      result = Computed(value: layer, view: view)
    }
    values[node.outputs[0]] = .computed(result)
  }

  /// The part of each axis that is resized, as shares of its extent.
  private func parts(_ node: ONNXNode, _ rank: Int) throws(Refusal) -> [(Double, Double)] {
    guard let numbers = try constant(node, 1, "part")?.floats else { throw Refusal("names no part") }
    let axes = try node.integers("axes") ?? Array(0..<rank)
    guard numbers.count == 2 * axes.count else { throw Refusal("a part of \(numbers.count) numbers") }
    var parts = [(Double, Double)](repeating: (0, 1), count: rank)
    for (index, axis) in axes.enumerated() where (0..<rank).contains(axis) {
      parts[axis] = (Double(numbers[index]), Double(numbers[index + axes.count]))
    }
    return parts
  }
}
