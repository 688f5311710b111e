/// A dense array of numbers with a shape, row-major (the last dimension is contiguous).
public struct Tensor<Element: Sendable>: Sendable {
  /// The extents.
  public let shape: Shape

  /// The elements, `shape.count` of them.
  public var elements: [Element]

  /// Elements in row-major order.
  ///
  /// - Precondition: `elements.count == shape.count`.
  public init(_ shape: Shape, _ elements: [Element]) {
    precondition(elements.count == shape.count, "a tensor needs as many elements as its shape counts")
    self.shape = shape
    self.elements = elements
  }

  /// The same value everywhere, as zeros before a sum.
  public init(_ shape: Shape, filledWith value: Element) {
    self.init(shape, [Element](repeating: value, count: shape.count))
  }

  /// The same elements under another shape with as many elements.
  public func reshaped(to shape: Shape) -> Tensor { Tensor(shape, elements) }
}

extension Tensor: Equatable where Element: Equatable {}
