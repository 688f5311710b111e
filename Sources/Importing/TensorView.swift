/// How a tensor of the file lies in memory as Glint has it: its dimensions in the file's order, and the axes that they
/// run through.
///
/// Glint keeps pictures as `[height, width, channels]`, files mostly as `[1, channels, height, width]`. A reshape or a
/// transpose of the file moves nothing then: it changes the view. An axis is a number of steps and the distance of one
/// in memory; all elements of the tensor in row-major order are the axes run through, the last one fastest. Axes of
/// one step are left out, and two that follow each other without a gap are one, so that equal orders are equal views.
struct TensorView: Hashable {
  struct Axis: Hashable {
    var size: Int
    var stride: Int
  }

  /// The extents in the file, all positive.
  let dimensions: [Int]
  let axes: [Axis]

  init(_ dimensions: [Int], axes: [Axis]) {
    self.dimensions = dimensions
    var merged: [Axis] = []
    for axis in axes where axis.size > 1 {
      if let last = merged.last, last.stride == axis.size * axis.stride {
        merged[merged.count - 1] = Axis(size: last.size * axis.size, stride: axis.stride)
      } else {
        merged.append(axis)
      }
    }
    self.axes = merged
  }

  /// Elements in memory in the file's own order.
  init(natural dimensions: [Int]) {
    self.init(dimensions, axes: [Axis(size: dimensions.reduce(1, *), stride: 1)])
  }

  /// `[1, channels, height, width]` in the file over `[height, width, channels]` in memory.
  init(height: Int, width: Int, channels: Int) {
    self.init(
      [1, channels, height, width],
      axes: [
        Axis(size: channels, stride: 1), Axis(size: height, stride: width * channels),
        Axis(size: width, stride: channels),
      ])
  }

  var count: Int { dimensions.reduce(1, *) }

  /// Whether elements lie in memory in the file's order.
  var isNatural: Bool { axes == TensorView(natural: dimensions).axes }

  /// Rows, columns and channels where this is `[1, channels, height, width]` over `[height, width, channels]`.
  var picture: (height: Int, width: Int, channels: Int)? {
    guard dimensions.count == 4, dimensions[0] == 1 else { return nil }
    let (channels, height, width) = (dimensions[1], dimensions[2], dimensions[3])
    guard self == TensorView(height: height, width: width, channels: channels) else { return nil }
    return (height, width, channels)
  }

  /// The same elements under other dimensions.
  func reshaped(_ dimensions: [Int]) -> TensorView { TensorView(dimensions, axes: axes) }

  /// The axes that each dimension runs through, or nil where a dimension ends within an axis that cannot be split.
  var groups: [[Axis]]? {
    var rest = axes[...]
    var groups: [[Axis]] = []
    for extent in dimensions {
      var needed = extent
      var group: [Axis] = []
      while needed > 1 {
        guard let axis = rest.first else { return nil }
        if needed % axis.size == 0 {
          group.append(axis)
          needed /= axis.size
          rest.removeFirst()
        } else if axis.size % needed == 0 {
          let inner = axis.size / needed
          group.append(Axis(size: needed, stride: axis.stride * inner))
          rest[rest.startIndex] = Axis(size: inner, stride: axis.stride)
          needed = 1
        } else {
          return nil
        }
      }
      groups.append(group)
    }
    return groups
  }

  /// Dimensions in another order: dimension `i` of the result is dimension `permutation[i]`.
  func transposed(_ permutation: [Int]) -> TensorView? {
    guard let groups else { return nil }
    return TensorView(permutation.map { dimensions[$0] }, axes: permutation.flatMap { groups[$0] })
  }

  /// The place in memory of each element, in the file's order.
  var offsets: [Int] {
    var offsets = [0]
    offsets.reserveCapacity(count)
    for axis in axes {
      offsets = offsets.flatMap { start in (0..<axis.size).map { start + $0 * axis.stride } }
    }
    return offsets
  }
}

extension [Int] {
  /// A dimension's number counted from the end where negative, or nil where there is none.
  func normalized(axis: Int) -> Int? {
    let positive = axis < 0 ? axis + count : axis
    return indices.contains(positive) ? positive : nil
  }

  /// `2x3x4`, as shapes are written.
  var extents: String { isEmpty ? "scalar" : map(String.init).joined(separator: "x") }
}
