extension [Double] {
  /// The root of the mean squared distance from the mean; 0 of nothing.
  public var standardDeviation: Double {
    guard !isEmpty else { return 0 }
    let mean = reduce(0, +) / Double(count)
    var squares = 0.0
    for value in self { squares += (value - mean) * (value - mean) }
    return (squares / Double(count)).squareRoot()
  }
}
