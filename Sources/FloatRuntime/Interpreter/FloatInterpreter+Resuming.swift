import Models

/// Runs that begin in the middle, for values that another engine computed or that were changed.
extension FloatInterpreter {
  /// The elements of a value as the last run left them, row-major; valid until the next.
  public func elements(of value: Int) -> UnsafeBufferPointer<Float> { UnsafeBufferPointer(values[value].values) }

  /// Puts elements in the place of a value's, row-major, as many as it has.
  public func replace(_ value: Int, by elements: some Collection<Float>) {
    precondition(elements.count == values[value].values.count, "a value keeps its shape")
    _ = values[value].values.update(fromContentsOf: elements)
  }

  /// Computes one value of those before it, whatever these are.
  ///
  /// - Parameter value: its number, from 1.
  public func computeOnly(_ value: Int) { compute(value - 1) }

  /// Computes all values after one of those up to it, whatever these are, and returns the logits of every output,
  /// joined.
  ///
  /// - Parameters:
  ///   - value: its number; 0 is the input.
  ///   - changing: called in order with each value's number and its elements, which may be changed before they are
  ///     read on.
  public func run(
    after value: Int, _ changing: (_ value: Int, UnsafeMutableBufferPointer<Float>) -> Void = { _, _ in }
  ) -> [Float] {
    let graph = model.description.graph
    for index in value..<graph.nodes.count {
      compute(index)
      changing(index + 1, values[index + 1].values)
    }
    return graph.outputs.flatMap { Array(values[$0.value].values) }
  }
}
