import Models

extension FloatInterpreter {
  /// The first value that is not finite for a picture, by its node's name; nil where all are.
  ///
  /// - Parameter pixels: `[height, width, channels]` of the graph's input.
  public func firstNodeNotFinite(pixels: [UInt8]) -> String? {
    var broken: String?
    _ = run(pixels: pixels) { value, elements in
      if broken == nil, !elements.allSatisfy(\.isFinite) { broken = model.description.graph.valueName(value) }
    }
    return broken
  }
}
