/// The extents of a tensor, outermost first; images are `[height, width, channels]`.
public struct Shape: Hashable, Sendable {
  /// The extents, none negative.
  public let dimensions: [Int]

  /// The number of elements, the product of the dimensions (1 for a scalar).
  public let count: Int

  /// Extents that are known to be good; those from files are checked by their reader.
  ///
  /// - Precondition: no extent is negative and the product fits in `Int`.
  public init(_ dimensions: [Int]) {
    guard let shape = Shape(checking: dimensions) else {
      preconditionFailure("a shape has a negative extent, or more elements than Int counts")
    }
    self = shape
  }

  /// Makes a shape from extents that came from outside, or nil where one is negative or their product overflows.
  public init?(checking dimensions: [Int]) {
    var count = 1
    for extent in dimensions {
      guard extent >= 0 else { return nil }
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow else { return nil }
      count = product
    }
    self.dimensions = dimensions
    self.count = count
  }

  /// The number of dimensions.
  public var rank: Int { dimensions.count }

  /// The extent of one dimension.
  public subscript(index: Int) -> Int { dimensions[index] }
}

extension Shape: ExpressibleByArrayLiteral {
  /// Writes a shape as `[30, 30, 16]`.
  public init(arrayLiteral elements: Int...) { self.init(elements) }
}

extension Shape: CustomStringConvertible {
  /// The extents joined by "x", as in `30x30x16`; `scalar` where there are none.
  public var description: String {
    if dimensions.isEmpty { return "scalar" }
    var text = ""
    for (index, extent) in dimensions.enumerated() {
      if index > 0 { text += "x" }
      text += String(extent)
    }
    return text
  }
}
