/// A model that answers a picture with something that is not a number: no figure could be computed from it.
public struct NotFiniteError: Error, Hashable, CustomStringConvertible {
  /// The picture's name.
  public let picture: String
  /// The first node whose value is not finite; nil where that is not known.
  public let node: String?

  /// For the picture of this name; `node` is where the first such value came from.
  public init(picture: String, node: String?) { (self.picture, self.node) = (picture, node) }

  /// Place, cause, advice.
  public var description: String {
    (node.map { "node '\($0)': a value" } ?? "a logit")
      + " for the picture \(picture) is not finite. The model is broken: train it anew, with a smaller --learning-rate"
  }
}

extension ModelRunner {
  /// The logits of all outputs, joined, where all are finite.
  ///
  /// - Parameters:
  ///   - pixels: `[height, width, channels]`.
  ///   - picture: its name.
  /// - Throws: `NotFiniteError` with the picture and, for a float model, the node.
  public func finiteLogits(_ pixels: [UInt8], of picture: String) throws(NotFiniteError) -> [Float] {
    let logits = logits(pixels)
    guard logits.allSatisfy(\.isFinite) else {
      throw NotFiniteError(picture: picture, node: firstNodeNotFinite(pixels: pixels))
    }
    return logits
  }
}
