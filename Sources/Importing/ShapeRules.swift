/// ONNX's rules for the shapes that views get; constants and computed values follow the same.
enum ShapeRules {
  /// Reshape: -1 is what is left, 0 the extent that was there unless zeros are kept.
  static func reshaped(_ dimensions: [Int], to wanted: [Int], keepsZero: Bool) throws(Refusal) -> [Int] {
    var result = wanted
    for (axis, extent) in wanted.enumerated() where extent == 0 && !keepsZero {
      guard axis < dimensions.count else { throw Refusal("keeps dimension \(axis) of \(dimensions.extents)") }
      result[axis] = dimensions[axis]
    }
    let count = dimensions.reduce(1, *)
    let open = result.indices.filter { result[$0] == -1 }
    guard result.count <= 16, open.count <= 1, result.allSatisfy({ (-1...1 << 31).contains($0) }) else {
      throw Refusal("to \(wanted)")
    }
    var known = 1
    for extent in result where extent != -1 {
      let (product, overflow) = known.multipliedReportingOverflow(by: extent)
      guard !overflow else { throw Refusal("to \(wanted)") }
      known = product
    }
    if let axis = open.first, known > 0, count % known == 0 {
      result[axis] = count / known
      known = count
    }
    guard known == count, !result.contains(-1) else {
      throw Refusal(
        "\(dimensions.extents) to \(wanted), which has other elements",
        advice: "if the shape was computed for another size, name that with --input; a batch has to be 1 in the file")
    }
    return result
  }

  /// Flatten: two dimensions, split before an axis.
  static func flattened(_ dimensions: [Int], axis: Int) throws(Refusal) -> [Int] {
    let split = axis < 0 ? axis + dimensions.count : axis
    guard (0...dimensions.count).contains(split) else { throw Refusal("axis \(axis) of \(dimensions.extents)") }
    return [dimensions[..<split].reduce(1, *), dimensions[split...].reduce(1, *)]
  }

  /// Squeeze: without the axes named, or without all of one element.
  static func squeezed(_ dimensions: [Int], axes: [Int]?) throws(Refusal) -> [Int] {
    guard let axes else { return dimensions.filter { $0 != 1 } }
    var dropped: Set<Int> = []
    for axis in axes {
      guard let axis = dimensions.normalized(axis: axis), dimensions[axis] == 1 else {
        throw Refusal("axis \(axis) of \(dimensions.extents)")
      }
      dropped.insert(axis)
    }
    return dimensions.indices.filter { !dropped.contains($0) }.map { dimensions[$0] }
  }

  /// Unsqueeze: an extent of 1 at each of the axes, which count in the result.
  static func unsqueezed(_ dimensions: [Int], axes: [Int]) throws(Refusal) -> [Int] {
    let rank = dimensions.count + axes.count
    guard rank <= 16 else { throw Refusal("\(rank) dimensions") }
    var inserted: Set<Int> = []
    for axis in axes {
      let place = axis < 0 ? axis + rank : axis
      guard (0..<rank).contains(place), inserted.insert(place).inserted else {
        throw Refusal("axis \(axis) of \(rank)")
      }
    }
    var rest = dimensions[...]
    return (0..<rank).map { inserted.contains($0) ? 1 : rest.removeFirst() }
  }
}
