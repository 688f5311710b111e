import Models
import Numerics
import ONNXFiles

/// Parts of tensors, and blocks of pixels that become channels.
extension Lowering {
  mutating func split(_ node: ONNXNode) throws(Refusal) {
    let source = try computed(node, 0)
    let dimensions = source.view.dimensions
    guard let axis = dimensions.normalized(axis: try node.integer("axis", 0)) else { throw Refusal("its axis") }
    let parts = node.outputs.count
    let extent = dimensions[axis]
    // Equal parts, the last one smaller where they do not fit.
    let each = (extent + parts - 1) / parts
    let equal = (0..<parts).map { min(each, extent - $0 * each) }
    let sizes = try axes(node, "split", input: 1) ?? equal
    guard sizes.count == parts, sizes.allSatisfy({ $0 > 0 }), sizes.reduce(0, +) == extent else {
      throw Refusal("\(extent) into \(sizes)")
    }
    var start = 0
    for (output, size) in zip(node.outputs, sizes) {
      if !output.isEmpty {
        values[output] = .computed(
          try sliced(source, axis: axis, from: start, count: size, parts == 1 ? node.title : "\(node.title).\(output)"))
      }
      start += size
    }
  }

  mutating func slice(_ node: ONNXNode) throws(Refusal) {
    var source = try computed(node, 0)
    guard let starts = try axes(node, "starts", input: 1), let ends = try axes(node, "ends", input: 2),
      starts.count == ends.count
    else { throw Refusal("has no starts and ends") }
    let axes = try axes(node, "axes", input: 3) ?? Array(starts.indices)
    let steps = try constant(node, 4, "steps")?.integers ?? [Int](repeating: 1, count: starts.count)
    guard axes.count == starts.count, steps.count == starts.count else { throw Refusal("its axes or steps") }
    for index in starts.indices {
      let dimensions = source.view.dimensions
      guard let axis = dimensions.normalized(axis: axes[index]), steps[index] != 0,
        steps[index].magnitude <= 1 << 28
      else { throw Refusal("axis \(axes[index]) by \(steps[index])") }
      let (extent, step) = (dimensions[axis], steps[index])
      func place(_ wanted: Int, _ low: Int, _ high: Int) -> Int {
        min(max(wanted < 0 ? wanted.addingReportingOverflow(extent).partialValue : wanted, low), high)
      }
      let start = step > 0 ? place(starts[index], 0, extent) : place(starts[index], 0, extent - 1)
      let end = step > 0 ? place(ends[index], 0, extent) : place(ends[index], -1, extent - 1)
      let count = step > 0 ? (end - start + step - 1) / step : (start - end - step - 1) / -step
      guard count > 0 else { throw Refusal("leaves nothing of \(dimensions.extents)") }
      source = try sliced(source, axis: axis, from: start, count: count, step: step, node.title)
    }
    values[node.outputs[0]] = .computed(source)
  }

  /// Steps along one dimension, in runs at regular distances; one number alone drops the dimension.
  mutating func gather(_ node: ONNXNode) throws(Refusal) {
    let source = try computed(node, 0)
    let dimensions = source.view.dimensions
    guard let axis = dimensions.normalized(axis: try node.integer("axis", 0)),
      let indices = try constant(node, 1, "indices"), let given = indices.integers, !given.isEmpty
    else { throw Refusal("its axis or indices") }
    let places = given.map { $0 < 0 ? $0 + dimensions[axis] : $0 }
    guard places.allSatisfy({ (0..<dimensions[axis]).contains($0) }) else { throw Refusal("indices out of range") }
    var runs: [Computed] = []
    var rest = places[...]
    while let first = rest.popFirst() {
      var (count, step) = (1, 1)
      if let second = rest.first, second != first {
        step = second - first
        while rest.first == first + count * step {
          rest.removeFirst()
          count += 1
        }
      }
      guard runs.count < 64 else {
        throw Refusal("indices in more than 64 regular runs", advice: "Slice would work")
      }
      runs.append(try sliced(source, axis: axis, from: first, count: count, step: step, node.title))
    }
    var part = runs.count == 1 ? runs[0] : try joined(runs, axis: axis, node.title)
    part.view = part.view.reshaped(
      Array(dimensions[..<axis]) + indices.dimensions + Array(dimensions[(axis + 1)...]))
    values[node.outputs[0]] = .computed(part)
  }

  /// Blocks of pixels become channels, or channels blocks of pixels: a view.
  mutating func spaceAndDepth(_ node: ONNXNode) throws(Refusal) {
    var source = try computed(node, 0)
    let dimensions = source.view.dimensions
    let block = try node.integer("blocksize", 0)
    guard dimensions.count == 4, dimensions[0] == 1, (1...4096).contains(block) else {
      throw Refusal("blocks of \(block) of \(dimensions.extents)")
    }
    let (channels, height, width) = (dimensions[1], dimensions[2], dimensions[3])
    let (split, order, joined): ([Int], [Int], [Int])
    if node.operatorType == "SpaceToDepth" {
      guard height % block == 0, width % block == 0 else { throw Refusal("blocks of \(block) of \(height)x\(width)") }
      split = [channels, height / block, block, width / block, block]
      (order, joined) = ([2, 4, 0, 1, 3], [1, channels * block * block, height / block, width / block])
    } else {
      guard channels % (block * block) == 0 else { throw Refusal("blocks of \(block) of \(channels) channels") }
      let rest = channels / (block * block)
      let columnsFirst = try node.text("mode", "DCR") == "DCR"
      split = columnsFirst ? [block, block, rest, height, width] : [rest, block, block, height, width]
      order = columnsFirst ? [2, 3, 0, 4, 1] : [0, 3, 1, 4, 2]
      joined = [1, rest, height * block, width * block]
    }
    if source.view.reshaped(split).groups == nil { source = try natural(source, node.title) }
    guard let turned = source.view.reshaped(split).transposed(order) else {
      throw Refusal("an order that cannot be had")
    }
    alias(node, source, turned.reshaped(joined))
  }
}
