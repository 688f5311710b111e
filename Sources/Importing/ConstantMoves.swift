import ONNXFiles

/// Moving the elements of constants.
extension Lowering {
  /// The number of elements of a shape that a constant may have.
  func elementCount(_ shape: [Int]) throws(Refusal) -> Int {
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow, product <= Constant.mostFolded, shape.count <= 16 else {
        throw Refusal("makes a constant of \(shape)")
      }
      count = product
    }
    return count
  }

  /// The elements in another order.
  func moved(
    _ constant: Constant, _ change: (TensorView) throws(Refusal) -> TensorView
  ) throws(Refusal) -> Constant {
    guard constant.count > 0 else { return constant }
    let view = try change(TensorView(natural: constant.dimensions))
    return constant.picking(view.offsets, view.dimensions)
  }

  func cast(_ constant: Constant, to type: Int) throws(Refusal) -> Constant {
    guard let element = ONNXElement(rawValue: type) else { throw Refusal("to type \(type)") }
    if element.isFloat { return Constant(constant.dimensions, .floats(constant.floats)) }
    var numbers: [Int] = []
    if let whole = constant.integers {
      numbers = whole
    } else {
      for number in constant.floats {
        guard abs(number) < 0x1p62 else { throw Refusal("\(number) to a whole number") }
        numbers.append(element == .bool ? (number == 0 ? 0 : 1) : Int(number))
      }
    }
    if element == .bool { numbers = numbers.map { $0 == 0 ? 0 : 1 } }
    return Constant(constant.dimensions, .integers(numbers))
  }

  func concatenated(_ parts: [Constant], axis: Int) throws(Refusal) -> Constant {
    guard let first = parts.first, let axis = first.dimensions.normalized(axis: axis) else { throw Refusal("its axis") }
    var dimensions = first.dimensions
    dimensions[axis] = 0
    for part in parts {
      guard part.dimensions.count == dimensions.count,
        dimensions.indices.allSatisfy({ $0 == axis || part.dimensions[$0] == dimensions[$0] })
      else { throw Refusal("of constants whose shapes do not go together") }
      dimensions[axis] += part.dimensions[axis]
    }
    _ = try elementCount(dimensions)
    let outer = dimensions[..<axis].reduce(1, *)
    let allWhole = parts.allSatisfy { $0.integers != nil }
    var (floats, integers): ([Float], [Int]) = ([], [])
    let lists = parts.map { (floats: $0.floats, integers: $0.integers ?? []) }
    for row in 0..<outer {
      for (part, list) in zip(parts, lists) {
        let count = part.dimensions[axis...].reduce(1, *)
        if allWhole {
          integers += list.integers[row * count..<(row + 1) * count]
        } else {
          floats += list.floats[row * count..<(row + 1) * count]
        }
      }
    }
    return Constant(dimensions, allWhole ? .integers(integers) : .floats(floats))
  }

  func gathered(_ constant: Constant, _ indices: Constant, axis: Int) throws(Refusal) -> Constant {
    guard let axis = constant.dimensions.normalized(axis: axis), let wanted = indices.integers else {
      throw Refusal("its axis or indices")
    }
    let extent = constant.dimensions[axis]
    var rows: [Int] = []
    for index in wanted {
      let row = index < 0 ? index + extent : index
      guard (0..<extent).contains(row) else { throw Refusal("index \(index) of \(extent)") }
      rows.append(row)
    }
    var dimensions = Array(constant.dimensions[..<axis])
    dimensions += indices.dimensions
    dimensions += constant.dimensions[(axis + 1)...]
    _ = try elementCount(dimensions)
    let outer = constant.dimensions[..<axis].reduce(1, *)
    let inner = constant.dimensions[(axis + 1)...].reduce(1, *)
    let places = (0..<outer).flatMap { start in
      rows.flatMap { row in (0..<inner).map { (start * extent + row) * inner + $0 } }
    }
    return constant.picking(places, Array(dimensions))
  }

  func sliced(_ node: ONNXNode, _ constant: Constant, _ operands: [Constant?]) throws(Refusal) -> Constant {
    func list(_ name: String, _ input: Int) throws(Refusal) -> [Int]? {
      if let list = try node.integers(name) { return list }
      return input < operands.count ? operands[input]?.integers : nil
    }
    guard let starts = try list("starts", 1), let ends = try list("ends", 2), starts.count == ends.count else {
      throw Refusal("has no starts and ends")
    }
    let axes = try list("axes", 3) ?? Array(starts.indices)
    let steps = try list("steps", 4) ?? [Int](repeating: 1, count: starts.count)
    guard axes.count == starts.count, steps.count == starts.count else { throw Refusal("axes that do not fit") }
    var picked = constant.dimensions.map { Array(0..<$0) }
    for place in starts.indices {
      guard let axis = constant.dimensions.normalized(axis: axes[place]), steps[place] != 0,
        steps[place] > -(1 << 31), steps[place] < 1 << 31
      else { throw Refusal("axis \(axes[place]) or step \(steps[place])") }
      let (extent, step) = (constant.dimensions[axis], steps[place])
      let limits = step > 0 ? 0...extent : -1...max(extent - 1, -1)
      func bound(_ number: Int) -> Int {
        let counted = number < 0 ? number.addingReportingOverflow(extent).partialValue : number
        return min(max(counted, limits.lowerBound), limits.upperBound)
      }
      picked[axis] = Array(stride(from: bound(starts[place]), to: bound(ends[place]), by: step))
    }
    let dimensions = picked.map(\.count)
    var places = [0]
    for (axis, rows) in picked.enumerated() {
      let extent = constant.dimensions[axis]
      places = places.flatMap { start in rows.map { start * extent + $0 } }
    }
    return constant.picking(places, dimensions)
  }
}
